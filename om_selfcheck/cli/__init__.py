"""The commands behind ./om. Each has the same contract as a page: parse, call one use case, print."""
