"""Rules about accounts: made, changed, deleted; their wallets and rights."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from interleavings.base import OK, World, emails, names, passwords, permissions, roles, seldom, wallets, which
from interleavings.model import Account


class AccountRules(World):
    """What an operator does, and what users do to their accounts."""

    @precondition(World.has_few_accounts)
    @rule(name=st.none() | names, email=emails, password=passwords, is_empty=seldom, is_unverified=seldom)
    def create(self, name, email, password, is_empty, is_unverified):
        password, is_verified = None if is_empty else password, not is_unverified
        is_taken = self.model.find(email) or (name and self.model.find(name))
        options = {"email": email, "password": password, "is_verified": is_verified}
        user = self.outcome("taken" if is_taken else OK, self.auth.create_user, name, **options)
        if user:
            self.model.accounts.append(Account(user.id, name, email, password, is_verified))

    @precondition(World.has_few_accounts)
    @rule(name=st.none() | names, email=emails, password=passwords)
    def sign_up(self, name, email, password):
        owner, is_taken = self.model.find(email), bool(name and self.model.find(name))
        self.outcome("taken" if is_taken else OK, self.auth.sign_up, email, username=name, password=password)
        if is_taken:
            return
        if owner:
            self.model.post("already_registered", owner, email)
            return
        made = Account(self.auth.get_user(email).id, name, email, password, is_verified=False)
        self.model.accounts.append(made)
        self.model.post("email_verification", made, email)

    @precondition(World.has_accounts)
    @rule(number=which, password=passwords)
    def set_password(self, number, password):
        account = self.pick(number)
        self.auth.set_password(account.name, password)
        self.model.set_password(account, password)

    @precondition(World.has_accounts)
    @rule(number=which, name=names)
    def rename(self, number, name):
        account, owner = self.pick(number), self.model.find(name)
        expected = OK if owner in (None, account) else "taken"
        self.outcome(expected, self.auth.change_username, account.id, username=name)
        if expected is OK:
            account.username = name

    @precondition(World.has_accounts)
    @rule(number=which, wallet=wallets)
    def link_wallet(self, number, wallet):
        account = self.pick(number)
        expected = "taken" if self.model.owner_of(wallet) else OK
        address, challenge, signature = self.signed(wallet)
        proof = {"evrmore_address": address, "challenge": challenge, "signature": signature}
        self.outcome(expected, self.auth.link_wallet, account.name, **proof)
        if expected is OK:
            account.wallets.append(wallet)

    @precondition(World.has_accounts)
    @rule(number=which, wallet=wallets)
    def unlink_wallet(self, number, wallet):
        account = self.pick(number)
        is_theirs = wallet in account.wallets
        is_only = is_theirs and account.proof is None and len(account.wallets) == 1
        expected = "invalid_parameter" if is_only else OK
        assert self.outcome(expected, self.auth.unlink_wallet, account.name, wallet) in (is_theirs, None)
        if is_theirs and not is_only:
            account.wallets.remove(wallet)
            self.model.end(*(each for each in self.model.sessions if (each.account, each.wallet) == (account, wallet)))

    @precondition(World.has_accounts)
    @rule(number=which, verifies=st.booleans())
    def disable_or_enable(self, number, verifies):
        account = self.pick(number)
        if account.is_active:
            self.auth.disable_user(account.name)
            self.model.end_all_of(account)
        else:
            self.auth.enable_user(account.name)
        account.is_active = not account.is_active
        if verifies:
            self.auth.verify_user(account.name)
            account.is_verified = True

    @precondition(lambda self: len(self.model.accounts) > 1)
    @rule(number=which)
    def delete(self, number):
        account = self.pick(number)
        self.auth.delete_user(account.id)
        self.model.delete(account)
        self.outcome("user_not_found", self.auth.delete_user, account.id)

    @precondition(World.has_accounts)
    @rule(number=which, role=roles, permission=permissions, gives=st.booleans())
    def change_rights(self, number, role, permission, gives):
        account = self.pick(number)
        if gives:
            self.auth.assign_role(role, username=account.name)
            self.auth.grant_permission(permission, username=account.name)
            account.roles.add(role)
            account.permissions.add(permission)
        else:
            assert self.auth.unassign_role(role, username=account.name) is (role in account.roles)
            had = permission in account.permissions
            assert self.auth.revoke_permission(permission, username=account.name) is had
            account.roles.discard(role)
            account.permissions.discard(permission)
