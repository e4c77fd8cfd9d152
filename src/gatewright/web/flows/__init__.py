"""What the pages do, one flow per file. Each takes a browser's visit and returns the response."""
