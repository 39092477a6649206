"""What is configured: each value, and where it comes from.

Precedence, highest first: option, environment variable, the user's orchestrator.conf, the global one, default. The
files are Puppet's own; they are read and never written. No message quotes a file's content.

settings    the settings of a connection, put together; Places: where Puppet keeps its files
conf_file   reads an orchestrator.conf
token_file  reads the token
files       what can be read only once; who can read a file, and when it was written
"""
