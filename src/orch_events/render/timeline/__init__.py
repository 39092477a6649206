"""A job's nodes on a time axis: a `Chart` of `analysis.timeline` in, text, SVG or HTML out; spans in, traces out.

captions  the heading, the labels beside bars, and which nodes are left out
axis      the axis: its ticks and their labels
text      the chart for a terminal
svg       the chart as SVG
page      the chart as an HTML page; `page.html` is its template
perfetto  the spans as a trace in Chrome's format, a track for each node
otlp      the spans as traces of OpenTelemetry
markup    escaping, elements and colours that SVG and HTML share
"""
