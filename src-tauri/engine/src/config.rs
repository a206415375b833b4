//! Where things are: data directory, database, endpoints, default API clients.
