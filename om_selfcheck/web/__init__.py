"""HTTP only: read the request, authorise, call one use case, render or redirect. No rule and no query lives here."""
