"""One adapter per framework. Each translates requests and answers, and decides nothing."""
