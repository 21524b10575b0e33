"""The PACT host: the standard's HTTP API under `/3`, and a reader's view of the 2.x line under `/2`."""
