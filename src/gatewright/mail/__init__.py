"""Write and send emails: templates in each language, a console for development, SMTP."""

from gatewright.mail.console import ConsoleMailer as ConsoleMailer
from gatewright.mail.mailer_from_url import mailer_from_url as mailer_from_url
from gatewright.mail.writer import TemplateWriter as TemplateWriter
