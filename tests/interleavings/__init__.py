"""All operations as rules of a state machine, each compared with a small model."""
