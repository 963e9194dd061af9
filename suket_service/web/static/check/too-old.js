// Runs only where modules do not: the page already says what to do; the seal leaves the address all the same.
if (location.hash.length > 1 && history.replaceState) history.replaceState(null, "", location.pathname);
