"""One adapter per framework. Each translates requests and responses, and decides nothing."""
