-- Written by tools/write_statements.py from the modules beside it. Never change this file by hand.

-- add_permission
INSERT INTO permissions (name) VALUES (%(name)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- add_role
INSERT INTO roles (name) VALUES (%(name)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- add_role_parent
INSERT INTO role_parents (role, parent) VALUES (%(role)s::VARCHAR COLLATE "C", %(parent)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- all_authenticators_of_account
SELECT authenticators.method, authenticators.name, authenticators.created_at, authenticators.last_used_at
FROM authenticators
WHERE authenticators.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY authenticators.created_at, authenticators.id

-- all_links_of_account
SELECT links.id, links.purpose, links.account_id, links.email, links.created_at, links.expires_at, links.next_path
FROM links
WHERE links.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY links.created_at

-- all_mails_of_account
SELECT outbox.id, outbox.kind, outbox.account_id, outbox.email, outbox.language, outbox.base_url, outbox.created_at, outbox.due_at, outbox.tries, outbox.error, outbox.next_path, outbox.details
FROM outbox
WHERE outbox.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY outbox.created_at

-- all_remembered_of_account
SELECT remembered.id, remembered.user_id, remembered.username, remembered.provider, remembered.created_at, remembered.expires_at, remembered.rotated_at, remembered.proven_by
FROM remembered
WHERE remembered.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY remembered.created_at

-- all_sessions_of_account
SELECT sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by
FROM sessions
WHERE sessions.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY sessions.created_at

-- assign_role
INSERT INTO user_roles (account_id, role) VALUES (%(account_id)s::VARCHAR COLLATE "C", %(role)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- audit_of_account
SELECT audit.id, audit.at, audit.event, audit.user_id, audit.username, audit.provider, audit.method, audit.client, audit.reason, audit.actor
FROM audit
WHERE audit.user_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY audit.id

-- audit_of_name
SELECT audit.id, audit.at, audit.event, audit.user_id, audit.username, audit.provider, audit.method, audit.client, audit.reason, audit.actor
FROM audit
WHERE audit.username = %(name)s::VARCHAR COLLATE "C" AND audit.user_id IS NULL AND audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE AND (audit.provider IS NULL OR audit.provider IN ('SQLUserProvider', 'WalletUserProvider') OR audit.provider IN (SELECT own.provider
FROM audit AS own
WHERE own.user_id = %(account_id)s::VARCHAR COLLATE "C" AND own.provider IS NOT NULL)) ORDER BY audit.id

-- change_account
UPDATE users SET is_active=coalesce(%(is_active)s, users.is_active), is_verified=coalesce(%(is_verified)s, users.is_verified) WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- change_email
UPDATE users SET username=CASE WHEN (users.username = users.email) THEN %(email)s ELSE users.username END, email=%(email)s::VARCHAR COLLATE "C", is_verified=true WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- change_username
UPDATE users SET username=%(username)s::VARCHAR COLLATE "C" WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- claim_challenge
UPDATE challenges SET used=true WHERE challenges.id = %(challenge_id)s::VARCHAR COLLATE "C" AND challenges.used IS false AND challenges.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE

-- claim_pending_step
DELETE FROM pending_steps WHERE pending_steps.id = %(step_id)s::VARCHAR COLLATE "C" AND pending_steps.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE

-- claim_queued_mail
UPDATE outbox SET due_at=%(busy_until)s::TIMESTAMP WITH TIME ZONE WHERE outbox.id = coalesce((SELECT outbox.id
FROM outbox
WHERE outbox.due_at <= %(now)s::TIMESTAMP WITH TIME ZONE ORDER BY outbox.due_at
LIMIT 1 OFFSET 0 FOR UPDATE SKIP LOCKED), (SELECT outbox.id
FROM outbox
WHERE outbox.due_at > %(too_late)s::TIMESTAMP WITH TIME ZONE ORDER BY outbox.due_at
LIMIT 1 OFFSET 0 FOR UPDATE SKIP LOCKED)) RETURNING outbox.id, outbox.kind, outbox.account_id, outbox.email, outbox.language, outbox.base_url, outbox.created_at, outbox.due_at, outbox.tries, outbox.error, outbox.next_path, outbox.details

-- count_authenticators_of_account
SELECT count(*) AS count_1
FROM authenticators
WHERE authenticators.account_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.method = %(method)s::VARCHAR COLLATE "C"

-- count_authenticators_of_user
SELECT count(*) AS count_1
FROM authenticators
WHERE authenticators.user_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.provider = %(provider)s::VARCHAR COLLATE "C" AND authenticators.account_id IS NULL AND authenticators.method = %(method)s::VARCHAR COLLATE "C"

-- count_challenges_of_address
SELECT count(*) AS count_1
FROM challenges
WHERE challenges.evrmore_address = %(evrmore_address)s::VARCHAR COLLATE "C" AND challenges.created_at > %(since)s::TIMESTAMP WITH TIME ZONE AND challenges.created_at <= %(until)s::TIMESTAMP WITH TIME ZONE

-- count_challenges_of_client
SELECT count(*) AS count_1
FROM challenges
WHERE challenges.client = %(client)s::VARCHAR COLLATE "C" AND challenges.created_at > %(since)s::TIMESTAMP WITH TIME ZONE AND challenges.created_at <= %(until)s::TIMESTAMP WITH TIME ZONE

-- count_queued_mails
SELECT count(*) AS count_1
FROM outbox

-- count_try
UPDATE pending_steps SET tries=(pending_steps.tries + 1) WHERE pending_steps.id = %(step_id)s::VARCHAR COLLATE "C" AND pending_steps.tries < %(at_most)s::INTEGER

-- delete_account
DELETE FROM users WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- delete_attempts_on
DELETE FROM attempts WHERE attempts.action = %(action)s::VARCHAR COLLATE "C" AND attempts.name = %(name)s::VARCHAR COLLATE "C"

-- delete_audit
DELETE FROM audit WHERE audit.id IN (SELECT audit.id
FROM audit
WHERE audit.at <= %(before)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_challenges_of_account
DELETE FROM challenges WHERE challenges.evrmore_address IN (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT audit.reason
FROM audit
WHERE audit.user_id = %(account_id)s::VARCHAR COLLATE "C" AND audit.event IN ('wallet_linked', 'wallet_unlinked')) AND NOT (EXISTS (SELECT others.account_id
FROM wallets AS others
WHERE others.evrmore_address = challenges.evrmore_address AND others.account_id != %(account_id)s::VARCHAR COLLATE "C"))

-- delete_expired_attempts
DELETE FROM attempts WHERE attempts.id IN (SELECT attempts.id
FROM attempts
WHERE attempts.at <= %(before)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_challenges
DELETE FROM challenges WHERE challenges.id IN (SELECT challenges.id
FROM challenges
WHERE challenges.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_credentials
DELETE FROM credentials WHERE (credentials.provider, credentials.user_id) IN (SELECT credentials.provider, credentials.user_id
FROM credentials
WHERE credentials.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_links
DELETE FROM links WHERE links.id IN (SELECT links.id
FROM links
WHERE links.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_pending_steps
DELETE FROM pending_steps WHERE pending_steps.id IN (SELECT pending_steps.id
FROM pending_steps
WHERE pending_steps.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_remembered
DELETE FROM remembered WHERE remembered.id IN (SELECT remembered.id
FROM remembered
WHERE remembered.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_expired_sessions
DELETE FROM sessions WHERE sessions.id IN (SELECT sessions.id
FROM sessions
WHERE sessions.expires_at <= %(now)s::TIMESTAMP WITH TIME ZONE
LIMIT %(at_most)s OFFSET 0)

-- delete_links
DELETE FROM links WHERE links.account_id = %(account_id)s::VARCHAR COLLATE "C" AND links.purpose = %(purpose)s::VARCHAR COLLATE "C" RETURNING links.next_path

-- delete_links_of_account
DELETE FROM links WHERE links.account_id = %(account_id)s::VARCHAR COLLATE "C"

-- delete_pending_steps_of_account
DELETE FROM pending_steps WHERE pending_steps.account_id = %(account_id)s::VARCHAR COLLATE "C"

-- end_remembered_sessions_of_account
UPDATE sessions SET is_active=false WHERE sessions.account_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.is_fully_authenticated IS false AND sessions.is_active IS true

-- end_remembered_sessions_of_user
UPDATE sessions SET is_active=false WHERE sessions.user_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.provider = %(provider)s::VARCHAR COLLATE "C" AND sessions.account_id IS NULL AND sessions.is_fully_authenticated IS false AND sessions.is_active IS true

-- end_session
UPDATE sessions SET is_active=false WHERE sessions.id = %(session_id)s::VARCHAR COLLATE "C" AND sessions.is_active IS true RETURNING sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by, sessions.account_id

-- end_sessions_of_account
UPDATE sessions SET is_active=false WHERE sessions.account_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.id != %(keep)s::VARCHAR COLLATE "C" AND sessions.is_active IS true

-- end_sessions_of_user
UPDATE sessions SET is_active=false WHERE sessions.user_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.provider = %(provider)s::VARCHAR COLLATE "C" AND sessions.account_id IS NULL AND sessions.id != %(keep)s::VARCHAR COLLATE "C" AND sessions.is_active IS true

-- end_sessions_of_wallet
UPDATE sessions SET is_active=false WHERE sessions.account_id = %(account_id)s::VARCHAR COLLATE "C" AND sessions.evrmore_address = %(evrmore_address)s::VARCHAR COLLATE "C" AND sessions.is_active IS true

-- end_visit
UPDATE sessions SET is_active=false WHERE sessions.secret_digest = %(digest)s AND sessions.is_active IS true RETURNING sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by, sessions.account_id

-- find_account
SELECT users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- find_account_by_wallet
SELECT users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login
FROM users
WHERE users.id = (SELECT wallets.account_id
FROM wallets
WHERE wallets.evrmore_address = %(evrmore_address)s::VARCHAR COLLATE "C")

-- find_account_of_session
SELECT sessions.expires_at, sessions.last_seen_at, users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login, array((WITH RECURSIVE held(role) AS
(SELECT user_roles.role AS role
FROM user_roles
WHERE user_roles.account_id = users.id UNION SELECT role_parents.parent AS parent
FROM role_parents JOIN held ON held.role = role_parents.role)
SELECT 'role:' || held.role AS anon_1
FROM held UNION ALL SELECT 'permission:' || anon_3.name AS anon_2
FROM (WITH granted AS
(SELECT user_permissions.permission AS permission
FROM user_permissions
WHERE user_permissions.account_id = users.id UNION ALL SELECT role_permissions.permission AS permission
FROM role_permissions JOIN held ON held.role = role_permissions.role)
SELECT granted.permission AS name
FROM granted UNION SELECT permissions.name AS name
FROM permissions JOIN granted ON granted.permission LIKE '%%.*' AND permissions.name > rtrim(granted.permission, '*') AND permissions.name < (rtrim(granted.permission, '.*') || '/')) AS anon_3)) AS rights
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.id = %(session_id)s::VARCHAR COLLATE "C" AND sessions.user_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.account_id = sessions.user_id

-- find_authenticator
SELECT authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at, users.id AS id_1, users.username AS username_1, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at AS created_at_1, users.last_login
FROM authenticators LEFT OUTER JOIN users ON users.id = authenticators.account_id
WHERE authenticators.method = %(method)s::VARCHAR COLLATE "C" AND authenticators.key = %(key)s

-- find_challenge
SELECT challenges.id, challenges.evrmore_address, challenges.challenge_text, challenges.created_at, challenges.expires_at, challenges.used
FROM challenges
WHERE challenges.challenge_text = %(challenge_text)s::VARCHAR COLLATE "C"

-- find_credential
SELECT credentials.digest, credentials.previous_digest
FROM credentials
WHERE credentials.provider = %(provider)s::VARCHAR COLLATE "C" AND credentials.user_id = %(user_id)s::VARCHAR COLLATE "C"

-- find_credentials
SELECT users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login, users.password_hash
FROM users
WHERE users.id = coalesce((SELECT named.id
FROM users AS named
WHERE named.username = %(name)s::VARCHAR COLLATE "C"), (SELECT named.id
FROM users AS named
WHERE named.email = %(name)s::VARCHAR COLLATE "C"))

-- find_last_settled_audit
SELECT coalesce(least(last, (
SELECT min(number) FROM (
SELECT ((classid::bigint & 65535) << 32) + objid::bigint AS number FROM pg_locks
WHERE locktype = 'advisory' AND mode = 'ShareLock' AND objsubid = 1 AND classid::bigint >> 16 = 26487
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS announced WHERE number <= last
)), 0) FROM (SELECT pg_sequence_last_value('audit_id_seq') AS last OFFSET 0) AS sequence

-- find_link
SELECT users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login, links.id AS id_1, links.purpose, links.account_id, links.email AS email_1, links.created_at AS created_at_1, links.expires_at, links.next_path
FROM users JOIN links ON users.id = links.account_id AND (users.email = links.email OR links.purpose = 'email_change') AND users.is_active IS true
WHERE links.digest = %(digest)s AND links.purpose = %(purpose)s::VARCHAR COLLATE "C" AND links.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE

-- find_pending_step
SELECT pending_steps.id, pending_steps.kind, pending_steps.user_id, pending_steps.username, pending_steps.provider, pending_steps.data, pending_steps.created_at, pending_steps.expires_at, pending_steps.tries
FROM pending_steps
WHERE pending_steps.digest = %(digest)s AND pending_steps.kind = %(kind)s::VARCHAR COLLATE "C" AND pending_steps.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE

-- find_profile
SELECT profiles.fields
FROM profiles
WHERE profiles.account_id = %(account_id)s::VARCHAR COLLATE "C"

-- find_remembered
SELECT remembered.id, remembered.user_id, remembered.username, remembered.provider, remembered.created_at, remembered.expires_at, remembered.rotated_at, remembered.proven_by, remembered.account_id, remembered.digest, remembered.previous_digest
FROM remembered
WHERE remembered.id = %(series_id)s::VARCHAR COLLATE "C" AND remembered.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE

-- find_session
SELECT sessions.expires_at, sessions.last_seen_at, sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at AS expires_at__1, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at AS last_seen_at__1, sessions.is_fully_authenticated, sessions.proven_by, users.id AS id_1, users.username AS username_1, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active AS is_active_1, users.is_verified, users.created_at AS created_at_1, users.last_login, array((WITH RECURSIVE held(role) AS
(SELECT user_roles.role AS role
FROM user_roles
WHERE user_roles.account_id = users.id UNION SELECT role_parents.parent AS parent
FROM role_parents JOIN held ON held.role = role_parents.role)
SELECT 'role:' || held.role AS anon_1
FROM held UNION ALL SELECT 'permission:' || anon_3.name AS anon_2
FROM (WITH granted AS
(SELECT user_permissions.permission AS permission
FROM user_permissions
WHERE user_permissions.account_id = users.id UNION ALL SELECT role_permissions.permission AS permission
FROM role_permissions JOIN held ON held.role = role_permissions.role)
SELECT granted.permission AS name
FROM granted UNION SELECT permissions.name AS name
FROM permissions JOIN granted ON granted.permission LIKE '%%.*' AND permissions.name > rtrim(granted.permission, '*') AND permissions.name < (rtrim(granted.permission, '.*') || '/')) AS anon_3)) AS rights
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.secret_digest = %(digest)s

-- forget_actor_in_audit
UPDATE audit SET actor=%(account_id)s::VARCHAR COLLATE "C" WHERE audit.actor = %(name)s::VARCHAR COLLATE "C" AND audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE

-- forget_name_in_audit
UPDATE audit SET username=NULL, client=NULL WHERE audit.username = %(name)s::VARCHAR COLLATE "C" AND audit.user_id IS NULL AND audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE AND (audit.provider IS NULL OR audit.provider IN ('SQLUserProvider', 'WalletUserProvider') OR audit.provider IN (SELECT own.provider
FROM audit AS own
WHERE own.user_id = %(account_id)s::VARCHAR COLLATE "C" AND own.provider IS NOT NULL))

-- forget_person_in_audit
UPDATE audit SET username=NULL, client=NULL, reason=CASE WHEN (audit.event IN ('username_changed', 'email_changed', 'wallet_linked', 'wallet_unlinked', 'bypassed')) THEN NULL ELSE audit.reason END WHERE audit.user_id = %(account_id)s::VARCHAR COLLATE "C"

-- grant_to_account
INSERT INTO user_permissions (account_id, permission) VALUES (%(account_id)s::VARCHAR COLLATE "C", %(permission)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- grant_to_role
INSERT INTO role_permissions (role, permission) VALUES (%(role)s::VARCHAR COLLATE "C", %(permission)s::VARCHAR COLLATE "C") ON CONFLICT DO NOTHING

-- has_password
SELECT users.password_hash IS NOT NULL AS anon_1
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- has_permission
SELECT permissions.name
FROM permissions
WHERE permissions.name = %(name)s::VARCHAR COLLATE "C"

-- insert_account
INSERT INTO users (id, username, email, is_active, is_verified, created_at, last_login, password_hash, password_by_mail) SELECT %(id)s::VARCHAR COLLATE "C" AS anon_1, %(username)s::VARCHAR COLLATE "C" AS anon_2, %(email)s::VARCHAR COLLATE "C" AS anon_3, %(is_active)s AS anon_4, %(is_verified)s AS anon_5, %(created_at)s::TIMESTAMP WITH TIME ZONE AS anon_6, %(last_login)s::TIMESTAMP WITH TIME ZONE AS anon_7, %(password_hash)s::VARCHAR COLLATE "C" AS anon_8, %(password_by_mail)s AS anon_9
WHERE %(is_free)s

-- insert_attempt
INSERT INTO attempts (id, action, name, client, at) SELECT %(id)s::VARCHAR COLLATE "C" AS anon_1, %(action)s::VARCHAR COLLATE "C" AS anon_2, %(name)s::VARCHAR COLLATE "C" AS anon_3, %(client)s::VARCHAR COLLATE "C" AS anon_4, %(at)s::TIMESTAMP WITH TIME ZONE AS anon_5
WHERE %(is_let_through)s

-- insert_audit
INSERT INTO audit (at, event, user_id, username, provider, method, client, reason, actor) VALUES (%(at)s::TIMESTAMP WITH TIME ZONE, %(event)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(username)s::VARCHAR COLLATE "C", %(provider)s::VARCHAR COLLATE "C", %(method)s::VARCHAR COLLATE "C", %(client)s::VARCHAR COLLATE "C", %(reason)s::VARCHAR COLLATE "C", %(actor)s::VARCHAR COLLATE "C") RETURNING audit.id

-- insert_authenticator
INSERT INTO authenticators (id, method, user_id, username, provider, key, name, data, counter, created_at, last_used_at, account_id) VALUES (%(id)s::VARCHAR COLLATE "C", %(method)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(username)s::VARCHAR COLLATE "C", %(provider)s::VARCHAR COLLATE "C", %(key)s, %(name)s::VARCHAR COLLATE "C", %(data)s::VARCHAR COLLATE "C", %(counter)s::BIGINT, %(created_at)s::TIMESTAMP WITH TIME ZONE, %(last_used_at)s::TIMESTAMP WITH TIME ZONE, %(account_id)s::VARCHAR COLLATE "C")

-- insert_challenge
INSERT INTO challenges (id, evrmore_address, challenge_text, created_at, expires_at, used, client) VALUES (%(id)s::VARCHAR COLLATE "C", %(evrmore_address)s::VARCHAR COLLATE "C", %(challenge_text)s::VARCHAR COLLATE "C", %(created_at)s::TIMESTAMP WITH TIME ZONE, %(expires_at)s::TIMESTAMP WITH TIME ZONE, %(used)s, %(client)s::VARCHAR COLLATE "C")

-- insert_link
INSERT INTO links (id, purpose, account_id, email, created_at, expires_at, digest, next_path) VALUES (%(id)s::VARCHAR COLLATE "C", %(purpose)s::VARCHAR COLLATE "C", %(account_id)s::VARCHAR COLLATE "C", %(email)s::VARCHAR COLLATE "C", %(created_at)s::TIMESTAMP WITH TIME ZONE, %(expires_at)s::TIMESTAMP WITH TIME ZONE, %(digest)s, %(next_path)s::VARCHAR COLLATE "C")

-- insert_profile
INSERT INTO profiles (account_id, fields) SELECT %(account_id)s::VARCHAR COLLATE "C" AS anon_1, %(fields)s::VARCHAR COLLATE "C" AS anon_2
WHERE %(is_free)s

-- insert_queued_mail
INSERT INTO outbox (id, kind, account_id, email, language, base_url, created_at, due_at, tries, error, next_path, details) SELECT %(id)s::VARCHAR COLLATE "C" AS anon_1, %(kind)s::VARCHAR COLLATE "C" AS anon_2, %(account_id)s::VARCHAR COLLATE "C" AS anon_3, %(email)s::VARCHAR COLLATE "C" AS anon_4, %(language)s::VARCHAR COLLATE "C" AS anon_5, %(base_url)s::VARCHAR COLLATE "C" AS anon_6, %(created_at)s::TIMESTAMP WITH TIME ZONE AS anon_7, %(due_at)s::TIMESTAMP WITH TIME ZONE AS anon_8, %(tries)s::INTEGER AS anon_9, %(error)s::VARCHAR COLLATE "C" AS anon_10, %(next_path)s::VARCHAR COLLATE "C" AS anon_11, %(details)s::VARCHAR COLLATE "C" AS anon_12
WHERE %(is_due)s

-- insert_remembered
INSERT INTO remembered (id, user_id, username, provider, created_at, expires_at, rotated_at, account_id, digest, previous_digest, proven_by) VALUES (%(id)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(username)s::VARCHAR COLLATE "C", %(provider)s::VARCHAR COLLATE "C", %(created_at)s::TIMESTAMP WITH TIME ZONE, %(expires_at)s::TIMESTAMP WITH TIME ZONE, %(rotated_at)s::TIMESTAMP WITH TIME ZONE, %(account_id)s::VARCHAR COLLATE "C", %(digest)s, %(previous_digest)s, %(proven_by)s::VARCHAR COLLATE "C")

-- insert_session
INSERT INTO sessions (id, user_id, evrmore_address, provider, created_at, expires_at, is_active, ip_address, user_agent, username, last_seen_at, is_fully_authenticated, account_id, secret_digest, proven_by) VALUES (%(id)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(evrmore_address)s::VARCHAR COLLATE "C", %(provider)s::VARCHAR COLLATE "C", %(created_at)s::TIMESTAMP WITH TIME ZONE, %(expires_at)s::TIMESTAMP WITH TIME ZONE, %(is_active)s, %(ip_address)s::VARCHAR COLLATE "C", %(user_agent)s::VARCHAR COLLATE "C", %(username)s::VARCHAR COLLATE "C", %(last_seen_at)s::TIMESTAMP WITH TIME ZONE, %(is_fully_authenticated)s, %(account_id)s::VARCHAR COLLATE "C", %(secret_digest)s, %(proven_by)s::VARCHAR COLLATE "C")

-- insert_wallet
INSERT INTO wallets (evrmore_address, account_id, linked_at) VALUES (%(evrmore_address)s::VARCHAR COLLATE "C", %(account_id)s::VARCHAR COLLATE "C", %(linked_at)s::TIMESTAMP WITH TIME ZONE)

-- is_password_by_mail
SELECT users.password_by_mail
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- is_session_alive
SELECT sessions.expires_at, sessions.last_seen_at
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.id = %(session_id)s::VARCHAR COLLATE "C" AND sessions.user_id = %(user_id)s::VARCHAR COLLATE "C"

-- keep_credential
INSERT INTO credentials (provider, user_id, digest, previous_digest, expires_at) VALUES (%(provider)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(digest)s, %(previous_digest)s, %(expires_at)s::TIMESTAMP WITH TIME ZONE) ON CONFLICT (provider, user_id) DO UPDATE SET digest = excluded.digest, previous_digest = excluded.previous_digest, expires_at = excluded.expires_at

-- keep_pending_step
INSERT INTO pending_steps (id, kind, user_id, username, provider, data, created_at, expires_at, tries, account_id, digest) VALUES (%(id)s::VARCHAR COLLATE "C", %(kind)s::VARCHAR COLLATE "C", %(user_id)s::VARCHAR COLLATE "C", %(username)s::VARCHAR COLLATE "C", %(provider)s::VARCHAR COLLATE "C", %(data)s::VARCHAR COLLATE "C", %(created_at)s::TIMESTAMP WITH TIME ZONE, %(expires_at)s::TIMESTAMP WITH TIME ZONE, %(tries)s::INTEGER, %(account_id)s::VARCHAR COLLATE "C", %(digest)s) ON CONFLICT (digest, kind) DO UPDATE SET id = excluded.id, user_id = excluded.user_id, username = excluded.username, provider = excluded.provider, data = excluded.data, created_at = excluded.created_at, expires_at = excluded.expires_at, tries = excluded.tries, account_id = excluded.account_id

-- list_accounts
SELECT users.id, users.username, users.email, (SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = users.id ORDER BY wallets.linked_at, wallets.evrmore_address
LIMIT 1 OFFSET 0) AS evrmore_address, users.is_active, users.is_verified, users.created_at, users.last_login
FROM users
WHERE users.id > %(after)s::VARCHAR COLLATE "C" ORDER BY users.id
LIMIT %(at_most)s OFFSET 0

-- list_all_authenticators
SELECT authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at, authenticators.account_id
FROM authenticators
WHERE authenticators.id > %(after)s::VARCHAR COLLATE "C" ORDER BY authenticators.id
LIMIT %(at_most)s OFFSET 0

-- list_audit
SELECT audit.id, audit.at, audit.event, audit.user_id, audit.username, audit.provider, audit.method, audit.client, audit.reason, audit.actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") ORDER BY audit.id
LIMIT %(at_most)s OFFSET 0

-- list_audit_of
SELECT audit.id, audit.at, audit.event, audit.user_id, audit.username, audit.provider, audit.method, audit.client, audit.reason, audit.actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") AND audit.username IN (%(username)s, %(folded)s) ORDER BY audit.id
LIMIT %(at_most)s OFFSET 0

-- list_audit_of_user
SELECT audit.id, audit.at, audit.event, audit.user_id, audit.username, audit.provider, audit.method, audit.client, audit.reason, audit.actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") AND audit.user_id = %(user_id)s::VARCHAR COLLATE "C" ORDER BY audit.id
LIMIT %(at_most)s OFFSET 0

-- list_authenticators_of_account
SELECT authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at
FROM authenticators
WHERE authenticators.account_id = %(user_id)s::VARCHAR COLLATE "C" ORDER BY authenticators.created_at, authenticators.id

-- list_authenticators_of_user
SELECT authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at
FROM authenticators
WHERE authenticators.user_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.provider = %(provider)s::VARCHAR COLLATE "C" AND authenticators.account_id IS NULL ORDER BY authenticators.created_at, authenticators.id

-- list_newest_audit
SELECT newest.id, newest.at, newest.event, newest.user_id, newest.username, newest.provider, newest.method, newest.client, newest.reason, newest.actor
FROM (SELECT audit.id AS id, audit.at AS at, audit.event AS event, audit.user_id AS user_id, audit.username AS username, audit.provider AS provider, audit.method AS method, audit.client AS client, audit.reason AS reason, audit.actor AS actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") ORDER BY audit.id DESC
LIMIT %(at_most)s OFFSET 0) AS newest ORDER BY newest.id

-- list_newest_audit_of
SELECT newest.id, newest.at, newest.event, newest.user_id, newest.username, newest.provider, newest.method, newest.client, newest.reason, newest.actor
FROM (SELECT audit.id AS id, audit.at AS at, audit.event AS event, audit.user_id AS user_id, audit.username AS username, audit.provider AS provider, audit.method AS method, audit.client AS client, audit.reason AS reason, audit.actor AS actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") AND audit.username IN (%(username)s, %(folded)s) ORDER BY audit.id DESC
LIMIT %(at_most)s OFFSET 0) AS newest ORDER BY newest.id

-- list_newest_audit_of_user
SELECT newest.id, newest.at, newest.event, newest.user_id, newest.username, newest.provider, newest.method, newest.client, newest.reason, newest.actor
FROM (SELECT audit.id AS id, audit.at AS at, audit.event AS event, audit.user_id AS user_id, audit.username AS username, audit.provider AS provider, audit.method AS method, audit.client AS client, audit.reason AS reason, audit.actor AS actor
FROM audit
WHERE audit.id > %(after_id)s::BIGINT AND audit.id <= %(up_to)s::BIGINT AND (%(since)s::TIMESTAMP WITH TIME ZONE IS NULL OR audit.at >= %(since)s::TIMESTAMP WITH TIME ZONE) AND (%(event)s::VARCHAR COLLATE "C" IS NULL OR audit.event = %(event)s::VARCHAR COLLATE "C") AND audit.user_id = %(user_id)s::VARCHAR COLLATE "C" ORDER BY audit.id DESC
LIMIT %(at_most)s OFFSET 0) AS newest ORDER BY newest.id

-- list_permissions
SELECT permissions.name
FROM permissions ORDER BY permissions.name

-- list_queued_mails
SELECT outbox.id, outbox.kind, outbox.account_id, outbox.email, outbox.language, outbox.base_url, outbox.created_at, outbox.due_at, outbox.tries, outbox.error, outbox.next_path, outbox.details
FROM outbox ORDER BY outbox.created_at, outbox.id

-- list_roles
SELECT roles.name
FROM roles ORDER BY roles.name

-- list_sessions
SELECT sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE AND (sessions.secret_digest IS NULL OR sessions.last_seen_at > %(idle_since)s::TIMESTAMP WITH TIME ZONE) ORDER BY sessions.created_at DESC

-- list_sessions_of_account
SELECT sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE AND (sessions.secret_digest IS NULL OR sessions.last_seen_at > %(idle_since)s::TIMESTAMP WITH TIME ZONE) AND sessions.account_id = %(user_id)s::VARCHAR COLLATE "C" ORDER BY sessions.created_at DESC

-- list_sessions_of_user
SELECT sessions.id, sessions.user_id, sessions.evrmore_address, sessions.provider, sessions.created_at, sessions.expires_at, sessions.is_active, sessions.ip_address, sessions.user_agent, sessions.username, sessions.last_seen_at, sessions.is_fully_authenticated, sessions.proven_by
FROM sessions LEFT OUTER JOIN users ON users.id = sessions.account_id
WHERE sessions.is_active IS true AND (sessions.account_id IS NULL OR users.is_active IS true) AND sessions.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE AND (sessions.secret_digest IS NULL OR sessions.last_seen_at > %(idle_since)s::TIMESTAMP WITH TIME ZONE) AND sessions.user_id = %(user_id)s::VARCHAR COLLATE "C" AND sessions.provider = %(provider)s::VARCHAR COLLATE "C" AND sessions.account_id IS NULL ORDER BY sessions.created_at DESC

-- list_user_agents_of_account
SELECT DISTINCT sessions.user_agent
FROM sessions
WHERE sessions.account_id = %(account_id)s::VARCHAR COLLATE "C" AND sessions.id != %(but)s::VARCHAR COLLATE "C"

-- list_wallets
SELECT wallets.evrmore_address
FROM wallets
WHERE wallets.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY wallets.linked_at, wallets.evrmore_address

-- lock_account
SELECT users.id
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C" FOR NO KEY UPDATE

-- lock_account_of_authenticator
SELECT users.id
FROM users
WHERE users.id = (SELECT authenticators.account_id
FROM authenticators
WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C") FOR NO KEY UPDATE

-- lock_account_of_link
SELECT users.id
FROM users
WHERE users.id = (SELECT links.account_id
FROM links
WHERE links.id = %(link_id)s::VARCHAR COLLATE "C") FOR NO KEY UPDATE

-- lock_account_of_wallet
SELECT users.id
FROM users
WHERE users.id = (SELECT wallets.account_id
FROM wallets
WHERE wallets.evrmore_address = %(evrmore_address)s::VARCHAR COLLATE "C") FOR NO KEY UPDATE

-- lock_audit_number
SELECT pg_advisory_xact_lock_shared((26487::bigint << 48) + coalesce(pg_sequence_last_value('audit_id_seq'), 0))

-- lock_remembered
SELECT remembered.id
FROM remembered
WHERE remembered.id = %(series_id)s::VARCHAR COLLATE "C" FOR UPDATE

-- names_of_account
SELECT names.name
FROM (SELECT audit.username AS name
FROM audit
WHERE audit.user_id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT audit.reason AS reason
FROM audit
WHERE audit.user_id = %(account_id)s::VARCHAR COLLATE "C" AND audit.event IN ('username_changed', 'email_changed', 'wallet_linked', 'wallet_unlinked') UNION SELECT users.username AS username
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT users.email AS email
FROM users
WHERE users.id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT wallets.evrmore_address AS evrmore_address
FROM wallets
WHERE wallets.account_id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT lower(wallets.evrmore_address) AS lower_1
FROM wallets
WHERE wallets.account_id = %(account_id)s::VARCHAR COLLATE "C") AS names
WHERE names.name IS NOT NULL AND NOT (EXISTS (SELECT others.id
FROM users AS others
WHERE others.username = names.name AND others.id != %(account_id)s::VARCHAR COLLATE "C")) AND NOT (EXISTS (SELECT others.id
FROM users AS others
WHERE others.email = names.name AND others.id != %(account_id)s::VARCHAR COLLATE "C"))

-- note_username
UPDATE authenticators SET username=%(username)s::VARCHAR COLLATE "C" WHERE authenticators.user_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.provider = %(provider)s::VARCHAR COLLATE "C" AND authenticators.account_id IS NULL

-- nth_attempt_of_client
SELECT attempts.at
FROM attempts
WHERE attempts.action = %(action)s::VARCHAR COLLATE "C" AND attempts.client = %(client)s::VARCHAR COLLATE "C" AND attempts.at > %(since)s::TIMESTAMP WITH TIME ZONE AND attempts.at <= %(until)s::TIMESTAMP WITH TIME ZONE ORDER BY attempts.at DESC
LIMIT 1 OFFSET %(newer)s

-- nth_attempt_of_client_on_name
SELECT attempts.at
FROM attempts
WHERE attempts.action = %(action)s::VARCHAR COLLATE "C" AND attempts.client = %(client)s::VARCHAR COLLATE "C" AND attempts.name = %(name)s::VARCHAR COLLATE "C" AND attempts.at > %(since)s::TIMESTAMP WITH TIME ZONE AND attempts.at <= %(until)s::TIMESTAMP WITH TIME ZONE ORDER BY attempts.at DESC
LIMIT 1 OFFSET %(newer)s

-- nth_attempt_on_name
SELECT attempts.at
FROM attempts
WHERE attempts.action = %(action)s::VARCHAR COLLATE "C" AND attempts.name = %(name)s::VARCHAR COLLATE "C" AND attempts.at > %(since)s::TIMESTAMP WITH TIME ZONE AND attempts.at <= %(until)s::TIMESTAMP WITH TIME ZONE ORDER BY attempts.at DESC
LIMIT 1 OFFSET %(newer)s

-- own_permissions_of_account
SELECT user_permissions.permission
FROM user_permissions
WHERE user_permissions.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY user_permissions.permission

-- own_roles_of_account
SELECT user_roles.role
FROM user_roles
WHERE user_roles.account_id = %(account_id)s::VARCHAR COLLATE "C" ORDER BY user_roles.role

-- postpone_queued_mail
UPDATE outbox SET due_at=%(due_at)s::TIMESTAMP WITH TIME ZONE, tries=(outbox.tries + 1), error=%(error)s::VARCHAR COLLATE "C" WHERE outbox.id = %(mail_id)s::VARCHAR COLLATE "C"

-- prolong_credential
UPDATE credentials SET expires_at=%(expires_at)s::TIMESTAMP WITH TIME ZONE WHERE credentials.provider = %(provider)s::VARCHAR COLLATE "C" AND credentials.user_id = %(user_id)s::VARCHAR COLLATE "C"

-- reissue_remembered
UPDATE remembered SET rotated_at=%(now)s::TIMESTAMP WITH TIME ZONE, digest=%(new_digest)s WHERE remembered.id = %(series_id)s::VARCHAR COLLATE "C"

-- remove_attempt
DELETE FROM attempts WHERE attempts.id = %(attempt_id)s::VARCHAR COLLATE "C"

-- remove_authenticators_of_account
DELETE FROM authenticators WHERE authenticators.account_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.method = coalesce(%(method)s, authenticators.method) AND authenticators.id = coalesce(%(authenticator_id)s, authenticators.id) AND authenticators.created_at <= coalesce(%(until)s::TIMESTAMP WITH TIME ZONE, authenticators.created_at) RETURNING authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at

-- remove_authenticators_of_user
DELETE FROM authenticators WHERE authenticators.user_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.provider = %(provider)s::VARCHAR COLLATE "C" AND authenticators.account_id IS NULL AND authenticators.method = coalesce(%(method)s, authenticators.method) AND authenticators.id = coalesce(%(authenticator_id)s, authenticators.id) AND authenticators.created_at <= coalesce(%(until)s::TIMESTAMP WITH TIME ZONE, authenticators.created_at) RETURNING authenticators.id, authenticators.method, authenticators.user_id, authenticators.username, authenticators.provider, authenticators.key, authenticators.name, authenticators.data, authenticators.counter, authenticators.created_at, authenticators.last_used_at

-- remove_mails
DELETE FROM outbox WHERE outbox.account_id = %(account_id)s::VARCHAR COLLATE "C" AND outbox.kind = %(kind)s::VARCHAR COLLATE "C"

-- remove_queued_mail
DELETE FROM outbox WHERE outbox.id = %(mail_id)s::VARCHAR COLLATE "C"

-- remove_remembered
DELETE FROM remembered WHERE remembered.id = %(series_id)s::VARCHAR COLLATE "C"

-- remove_remembered_of_account
DELETE FROM remembered WHERE remembered.account_id = %(user_id)s::VARCHAR COLLATE "C"

-- remove_remembered_of_user
DELETE FROM remembered WHERE remembered.user_id = %(user_id)s::VARCHAR COLLATE "C" AND remembered.provider = %(provider)s::VARCHAR COLLATE "C" AND remembered.account_id IS NULL

-- remove_wallet
DELETE FROM wallets WHERE wallets.evrmore_address = %(evrmore_address)s::VARCHAR COLLATE "C" AND wallets.account_id = %(account_id)s::VARCHAR COLLATE "C" AND ((EXISTS (SELECT wallets_1.evrmore_address, wallets_1.account_id, wallets_1.linked_at
FROM wallets AS wallets_1
WHERE wallets_1.account_id = wallets.account_id AND wallets_1.evrmore_address != wallets.evrmore_address)) OR (EXISTS (SELECT users.id, users.username, users.email, users.is_active, users.is_verified, users.created_at, users.last_login, users.password_hash, users.password_by_mail
FROM users
WHERE users.id = wallets.account_id AND users.password_hash IS NOT NULL AND (users.username IS NOT NULL OR users.email IS NOT NULL))))

-- rename_authenticator_of_account
UPDATE authenticators SET name=%(name)s::VARCHAR COLLATE "C" WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C" AND authenticators.account_id = %(user_id)s::VARCHAR COLLATE "C"

-- rename_authenticator_of_user
UPDATE authenticators SET name=%(name)s::VARCHAR COLLATE "C" WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C" AND authenticators.user_id = %(user_id)s::VARCHAR COLLATE "C" AND authenticators.provider = %(provider)s::VARCHAR COLLATE "C" AND authenticators.account_id IS NULL

-- rename_authenticators
UPDATE authenticators SET username=%(new_name)s::VARCHAR COLLATE "C" WHERE authenticators.account_id = %(account_id)s::VARCHAR COLLATE "C" AND authenticators.username = %(name)s::VARCHAR COLLATE "C"

-- rename_pending_steps
UPDATE pending_steps SET username=%(new_name)s::VARCHAR COLLATE "C" WHERE pending_steps.account_id = %(account_id)s::VARCHAR COLLATE "C" AND pending_steps.username = %(name)s::VARCHAR COLLATE "C"

-- rename_remembered
UPDATE remembered SET username=%(new_name)s::VARCHAR COLLATE "C" WHERE remembered.account_id = %(account_id)s::VARCHAR COLLATE "C" AND remembered.username = %(name)s::VARCHAR COLLATE "C"

-- rename_sessions
UPDATE sessions SET username=%(new_name)s::VARCHAR COLLATE "C" WHERE sessions.account_id = %(account_id)s::VARCHAR COLLATE "C" AND sessions.username = %(name)s::VARCHAR COLLATE "C"

-- renew_credential
UPDATE credentials SET digest=%(new)s, previous_digest=%(others)s WHERE credentials.provider = %(provider)s::VARCHAR COLLATE "C" AND credentials.user_id = %(user_id)s::VARCHAR COLLATE "C"

-- renew_password_hash
UPDATE users SET password_hash=%(new_hash)s::VARCHAR COLLATE "C" WHERE users.id = %(account_id)s::VARCHAR COLLATE "C" AND users.password_hash = %(old_hash)s::VARCHAR COLLATE "C"

-- replace_authenticator_data
UPDATE authenticators SET data=%(new)s::VARCHAR COLLATE "C" WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C" AND authenticators.data = %(old)s::VARCHAR COLLATE "C"

-- revoke_from_account
DELETE FROM user_permissions WHERE user_permissions.account_id = %(account_id)s::VARCHAR COLLATE "C" AND user_permissions.permission = %(permission)s::VARCHAR COLLATE "C"

-- revoke_from_role
DELETE FROM role_permissions WHERE role_permissions.role = %(role)s::VARCHAR COLLATE "C" AND role_permissions.permission = %(permission)s::VARCHAR COLLATE "C"

-- rights_of
WITH RECURSIVE held(role) AS
(SELECT user_roles.role AS role
FROM user_roles
WHERE user_roles.account_id = %(account_id)s::VARCHAR COLLATE "C" UNION SELECT role_parents.parent AS parent
FROM role_parents JOIN held ON held.role = role_parents.role)
SELECT 'role' AS kind, held.role AS name
FROM held UNION ALL SELECT 'permission' AS kind, anon_1.name
FROM (WITH granted AS
(SELECT user_permissions.permission AS permission
FROM user_permissions
WHERE user_permissions.account_id = %(account_id)s::VARCHAR COLLATE "C" UNION ALL SELECT role_permissions.permission AS permission
FROM role_permissions JOIN held ON held.role = role_permissions.role)
SELECT granted.permission AS name
FROM granted UNION SELECT permissions.name AS name
FROM permissions JOIN granted ON granted.permission LIKE '%%.*' AND permissions.name > rtrim(granted.permission, '*') AND permissions.name < (rtrim(granted.permission, '.*') || '/')) AS anon_1

-- rotate_remembered
UPDATE remembered SET rotated_at=%(now)s::TIMESTAMP WITH TIME ZONE, digest=%(new_digest)s, previous_digest=remembered.digest WHERE remembered.id = %(series_id)s::VARCHAR COLLATE "C"

-- save_profile
INSERT INTO profiles (account_id, fields) VALUES (%(account_id)s::VARCHAR COLLATE "C", %(fields)s::VARCHAR COLLATE "C") ON CONFLICT (account_id) DO UPDATE SET fields = excluded.fields

-- set_password_hash
UPDATE users SET password_hash=%(new_hash)s::VARCHAR COLLATE "C", password_by_mail=%(by_mail)s WHERE users.id = %(account_id)s::VARCHAR COLLATE "C"

-- sole_roles_of_account
SELECT user_roles.role
FROM user_roles
WHERE user_roles.account_id = %(account_id)s::VARCHAR COLLATE "C" AND NOT (EXISTS (SELECT others.role
FROM user_roles AS others
WHERE others.role = user_roles.role AND others.account_id != %(account_id)s::VARCHAR COLLATE "C")) ORDER BY user_roles.role

-- spend_authenticator
DELETE FROM authenticators WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C"

-- spend_link
DELETE FROM links WHERE links.id = %(link_id)s::VARCHAR COLLATE "C" AND links.purpose = %(purpose)s::VARCHAR COLLATE "C" AND links.expires_at > %(now)s::TIMESTAMP WITH TIME ZONE AND (EXISTS (SELECT *
FROM users
WHERE users.id = links.account_id AND (users.email = links.email OR links.purpose = 'email_change') AND users.is_active IS true)) RETURNING links.account_id, links.email

-- touch_account
UPDATE users SET last_login=%(now)s::TIMESTAMP WITH TIME ZONE WHERE users.id = %(account_id)s::VARCHAR COLLATE "C" AND users.is_active IS true

-- touch_authenticator
UPDATE authenticators SET data=coalesce(%(data)s, authenticators.data), last_used_at=%(now)s::TIMESTAMP WITH TIME ZONE WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C"

-- touch_session
UPDATE sessions SET last_seen_at=%(now)s::TIMESTAMP WITH TIME ZONE WHERE sessions.id = %(session_id)s::VARCHAR COLLATE "C"

-- unassign_role
DELETE FROM user_roles WHERE user_roles.account_id = %(account_id)s::VARCHAR COLLATE "C" AND user_roles.role = %(role)s::VARCHAR COLLATE "C"

-- use_authenticator
UPDATE authenticators SET data=coalesce(%(data)s, authenticators.data), counter=%(counter)s::BIGINT, last_used_at=%(now)s::TIMESTAMP WITH TIME ZONE WHERE authenticators.id = %(authenticator_id)s::VARCHAR COLLATE "C" AND authenticators.counter < %(counter)s::BIGINT
