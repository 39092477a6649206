"""The server. A request goes out, and events or records come back while the response arrives.

The only package that uses httpx. Importing it changes nothing in httpx; `cli.process` does, for the command alone.

client       Client: requests, and the token
http_errors  httpx's errors turned into ours
connection   stale connections told from broken ones; how far a request to a proxy got
stream       reads a response in a background thread; gunzip
background   reads many responses in a few threads, with a limited rate of requests
responses    statuses other than 200, and the API's error bodies, turned into our errors
url          service-url as users write it, and the proxy in between
tls          the CA to trust, and what went wrong in a handshake
recent       the newest jobs, page by page
probe        name resolution, connection and TLS one step at a time, for `doctor`
"""
