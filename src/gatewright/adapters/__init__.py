"""One adapter a framework. Each translates requests and answers, and decides nothing."""
