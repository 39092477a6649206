"""What all output is made of. Nothing here knows jobs or events.

text        escapes control characters; measures, pads and cuts text by terminal cells
theme       colours and glyphs
terminal    what a stream can show: is it a terminal, how wide, in colour, only ASCII
streams     writing to stdout and files without loss; writing to stderr if that is possible
layout      word wrap, columns, labelled lines
bars        bars and sparklines
timestamps  timestamps in a time zone, or as time elapsed
"""
