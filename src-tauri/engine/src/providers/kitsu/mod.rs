//! The client of one service.
