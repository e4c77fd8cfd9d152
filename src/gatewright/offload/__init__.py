"""What differs between the builds: blocking work runs in bounded pools, so that it never blocks an event loop."""

from gatewright.offload.caller import Caller as Caller
from gatewright.offload.caller import call_here as call_here
from gatewright.offload.hashing import BoundedPasswords as BoundedPasswords
from gatewright.offload.hashing import PasswordsHere as PasswordsHere
from gatewright.offload.mail_worker import MailWorker as MailWorker
from gatewright.offload.per_loop import ClosedOnCancellation as ClosedOnCancellation
from gatewright.offload.per_loop import PerLoop as PerLoop
from gatewright.offload.pool import offload as offload
from gatewright.offload.pool import quick as quick
from gatewright.offload.shield import run_here as run_here
from gatewright.offload.shield import run_shielded as run_shielded
