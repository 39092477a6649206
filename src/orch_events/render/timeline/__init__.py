"""A job's nodes as bars on an axis of time.

heading  what is said above it, and of what is left out
axis     the ticks and what stands at them
strokes  bars of block elements or of ASCII
text     drawn for a terminal
svg      drawn as a picture
page     drawn as a page for a browser; `page.html` is its template
markup   what is put into picture and page
"""
