"""Eight processes of eight threads that do one thing at the same moment, as often as they are told to.

Reads lines of JSON, `[act, settings, argument]`, and answers each with a line of JSON: the outcomes of the 64. Imports
once and forks for each line, to be quick.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import gatewright.storage.redis
import gatewright.storage.sql.postgres.database  # noqa: F401 - both, so that no child need import what opens them
from gatewright import EvrmoreAuth, Settings
from gatewright.errors import GatewrightError

PROCESSES, THREADS = 8, 8
PATIENCE = 60
CLIENT = "192.0.2.1"


def sign_in(auth, number, argument):
    address, challenge, signature = argument
    return auth.authenticate(address, challenge, signature).id


def visit(auth, number, argument):
    address, challenge, signature = argument
    return auth.guard({}).login_with_wallet(address, challenge, signature).id


def first_sign_in(auth, number, argument):
    address, attempts = argument
    return auth.authenticate(address, *attempts[number]).user_id


def link_wallet(auth, number, argument):
    names, address, attempts = argument
    auth.link_wallet(
        names[number % 2], evrmore_address=address, challenge=attempts[number][0], signature=attempts[number][1]
    )
    return names[number % 2]


def sign_up(auth, number, argument):
    auth.sign_up(argument, password=f"correct horse battery staple {number}")
    return "answered"


def sign_up_as(auth, number, argument):
    auth.sign_up(f"person-{number}@example.com", username=argument, password="correct horse battery staple")
    return "answered"


def rename(auth, number, argument):
    ids, username = argument
    return auth.change_username(ids[number], username=username).id


def verify(auth, number, argument):
    return auth.verify_email(argument).id


def reset(auth, number, argument):
    auth.reset_password(argument, f"correct horse battery staple {number}")
    return number


def move(auth, number, argument):
    return auth.confirm_email_change(argument).email


def move_to_one(auth, number, argument):
    return auth.confirm_email_change(argument[number % len(argument)]).id


def recall(auth, number, argument):
    return auth.guard({}).recall(argument)


def guess(auth, number, argument):
    auth.attempt(argument, "wrong", "SQLUserProvider", ip_address=CLIENT)


def guess_from_everywhere(auth, number, argument):
    auth.attempt(argument, "wrong", "SQLUserProvider", ip_address=f"198.51.100.{number}")


def ask(auth, number, argument):
    auth.generate_challenge(argument[number % len(argument)], ip_address=CLIENT)
    return "asked"


def ask_for_mail(auth, number, argument):
    auth.request_password_reset(argument)
    return "answered"


def delete_or_sign_in(auth, number, argument):
    return end_or_sign_in(auth, number, argument, auth.delete_user)


def disable_or_sign_in(auth, number, argument):
    return end_or_sign_in(auth, number, argument, lambda _: auth.disable_user("anna"))


def end_or_sign_in(auth, number, argument, end):
    user_id, password = argument
    if number == 0:
        end(user_id)
        return "ended"
    mapping = {}
    auth.guard(mapping).login("anna", password, "SQLUserProvider")
    return json.dumps(mapping)


def work(act, settings, argument, first, barrier, answers):
    """Be one of the processes."""
    auth = EvrmoreAuth(settings=Settings(**settings))

    def run(number):
        barrier.wait(PATIENCE)
        try:
            return act(auth, number, argument)
        except GatewrightError as error:
            return error.code

    with ThreadPoolExecutor(THREADS) as pool:
        answers.send(list(pool.map(run, range(first, first + THREADS))))
    auth.close()


def main():
    fork = multiprocessing.get_context("fork")
    for line in sys.stdin:
        act, settings, argument = json.loads(line)
        barrier = fork.Barrier(PROCESSES * THREADS)
        pipes = [fork.Pipe(duplex=False) for _ in range(PROCESSES)]
        processes = [
            fork.Process(target=work, args=(globals()[act], settings, argument, number * THREADS, barrier, answers))
            for number, (_, answers) in enumerate(pipes)
        ]
        for process in processes:
            process.start()
        outcomes = [outcome for heard, _ in pipes if heard.poll(PATIENCE) for outcome in heard.recv()]
        for process in processes:
            process.join(PATIENCE)
        assert threading.active_count() == 1  # or the next fork is not safe
        print(json.dumps(outcomes), flush=True)


main()
