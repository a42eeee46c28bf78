"""Every limit against guessing and flooding, on one page; docs/operating.md tells operators the same.

A network is the one that somebody comes from, see `throttle.name_network`; only COORDINATORS_OF_NETWORK is about a
regional network or specialist group.
"""

from datetime import timedelta

from om_selfcheck.domain.throttle import Limit

CODE_STEP = timedelta(seconds=30)  # how long an authenticator shows a code (RFC 6238)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)

CLAIMS_OF_COMPANY = Limit(name="claims-of-company", most=10, window=HOUR)
CLAIMS_OF_ADDRESS = Limit(name="claims-of-address", most=3, window=HOUR)
CLAIMS_OF_NETWORK = Limit(name="claims-of-network", most=300, window=HOUR)  # a workshop shares one network
KEYS_MAILED = Limit(name="keys-mailed", most=3, window=HOUR)
LOST_LINKS_OF_ADDRESS = Limit(name="lost-links-of-address", most=3, window=HOUR)
LOST_LINKS_OF_NETWORK = Limit(name="lost-links-of-network", most=60, window=HOUR)

WRONG_INVITATION_CODES = Limit(name="wrong-invitation-codes", most=60, window=HOUR)
COORDINATORS_OF_NETWORK = Limit(name="coordinators-of-network", most=20, window=DAY)

REPORTS_OF_NETWORK = Limit(name="reports-of-network", most=10, window=HOUR)
REPORTS_OF_NUMBER = Limit(name="reports-of-number", most=20, window=DAY)

SIGN_INS_OF_ACCOUNT = Limit(name="sign-ins-of-account", most=10, window=QUARTER)
SIGN_INS_OF_NETWORK = Limit(name="sign-ins-of-network", most=60, window=QUARTER)
CODES_OF_ACCOUNT = Limit(name="codes-of-account", most=5, window=QUARTER)
CODES_OF_ACCOUNT_A_DAY = Limit(name="codes-of-account-a-day", most=30, window=DAY)
CODE_ONCE = Limit(name="code-once", most=1, window=CODE_STEP)
SIGN_IN_MAILS_TO_ADDRESS = Limit(name="sign-in-mails-to-address", most=3, window=HOUR)
SIGN_IN_MAILS_OF_NETWORK = Limit(name="sign-in-mails-of-network", most=30, window=HOUR)
WRONG_ACCOUNT_LINKS_OF_NETWORK = Limit(name="wrong-account-links-of-network", most=30, window=QUARTER)
