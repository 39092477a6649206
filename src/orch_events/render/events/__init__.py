"""Renderers of events. Batches of events are pushed through a chain: filter → tail → format → stdout.

renderer    Renderer: the interface of every link of the chain
filters     EventFilter and the links that filter, or hold back all but the last events
table       the table, for people
columns     how wide the table's columns are
times       the table's cells of times
highlight   highlights what --grep matched
structured  JSON Lines, one JSON array, CSV
"""
