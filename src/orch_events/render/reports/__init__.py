"""Reports on jobs: figures of `analysis` in, lines for people or one JSON object out.

common       what all of them share: the heading, lists of nodes, the first keys of the JSON
summary      outcome, times, slowest nodes
nodes        a row for each node
output       what nodes printed
failures     nodes that did not finish, grouped by cause
compare      two jobs side by side
jobs         the list of recent jobs, as a table or CSV
junit        a suite for each job, a case for each node, for CI systems
markdown     outcome, causes and slowest nodes, for GitHub's step summaries
annotations  a workflow command of GitHub Actions for each cause of failure
"""
