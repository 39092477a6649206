"""A job's nodes as bars on a time axis: a `Chart` of `analysis.timeline` in, text, SVG or HTML out.

captions  the heading, the labels beside bars, and which nodes are left out
axis      the axis: its ticks and their labels
text      the chart for a terminal
svg       the chart as SVG
page      the chart as an HTML page; `page.html` is its template
markup    escaping, elements and colours that SVG and HTML share
"""
