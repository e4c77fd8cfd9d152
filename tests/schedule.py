"""Which worker runs which test."""

from __future__ import annotations

from xdist.scheduler import LoadGroupScheduling


class Schedule(LoadGroupScheduling):
    """xdist's own, without the tests that are done.

    It counts what a worker still has to do after each test, in all that the worker has ever been given: the more tests
    were run, the longer that takes, and the workers wait meanwhile.
    """

    def mark_test_complete(self, node, item_index, duration=0):
        super().mark_test_complete(node, item_index, duration)
        units = self.assigned_work[node]
        unit = self._split_scope(self.registered_collections[node][item_index])
        if all(units[unit].values()):
            del units[unit]
