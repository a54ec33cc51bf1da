"""The service beside its peers, on one machine, by ``python -m benchmarks``.

Nothing is pinned unless a table says so: servers and load share the cores as everybody's do.
Contenders take turns request by request (A B C D, A B C D, ...), so that what else the machine
does meets them all.

- `contenders`: who is compared, and how each is started; `peers/` is their code.
- `cases`: the requests; `story` the users and tasks, which `seeding` gives to a service over HTTP.
- `engines`, `databases`: a fresh copy for every server; `postgresql`: the server of all of them;
  `data`: a million tasks.
- `serving` starts and ends a server, `processes` says what it uses; `wrk` measures it at its peak,
  `turns` notes that; `pacing` measures it at a given rate; `client` asks for one thing at a time.
- `parity`: each must answer alike before it is timed.
- `throughput`, `latency`, `sharing`, `scale` with `lists`, `contract_layer`: what is measured.
- `against`, `trees`: this tree beside another one.
- `plan`: how often and how long; `progress`: what a run is at; `figures`: the numbers.
- `machine`, `environment`: what it ran on, and the peers' pinned packages.
- `targets`: what is to be reached; `tables`, `report`, `plot`, `publication`: the numbers as
  Markdown, as a page, as a picture, and where they go.
"""
