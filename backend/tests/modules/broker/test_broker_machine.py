"""Any sequence of orders, market events, hours and crashes: the broker does what a naive one does.

After every step all that is seen through REST is compared with the model, and what has to hold of
any account is checked on its own.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.modules.broker.broker_machine import BrokerMachine


@pytest.mark.timeout(600)
def test_the_broker_does_what_a_naive_one_does() -> None:
    run_state_machine_as_test(
        BrokerMachine,
        settings=settings(max_examples=70, stateful_step_count=10, deadline=None, derandomize=True),
    )


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_broker_does_what_a_naive_one_does_for_long() -> None:
    run_state_machine_as_test(
        BrokerMachine, settings=settings(max_examples=500, stateful_step_count=30, deadline=None)
    )
