"""What `doctor` checks: settings and a server in, one `Check` after another out.

checks         Check: a name, a status, what was found, a hint
local_checks   this machine: versions, environment, configuration files, CA, token
server_checks  the server: proxy, name resolution, connection, TLS, response, permission, clock
report         the checks as lines, or as one JSON object
"""
