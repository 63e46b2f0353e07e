"""HTTP in and out of intake: forms, views and routes (API: intake)."""

from intake_svc.api.bulk import bulk
from intake_svc.api.cases import cases
from intake_svc.api.clocks import clocks
from intake_svc.api.cybertip import cybertip
from intake_svc.api.erasures import erasures
from intake_svc.api.evaluation import evaluation
from intake_svc.api.evidence import evidence
from intake_svc.api.file import file
from intake_svc.api.holds import holds
from intake_svc.api.joinings import joinings
from intake_svc.api.mail import mail
from intake_svc.api.notes import notes
from intake_svc.api.peers import peers
from intake_svc.api.people import people
from intake_svc.api.requests import requests
from intake_svc.api.resolutions import resolutions
from intake_svc.api.sealed import sealed
from intake_svc.api.senders import senders
from intake_svc.api.splitting import splitting
from intake_svc.api.staff import staff

ROUTERS = (
    requests,
    bulk,
    cases,
    notes,
    evidence,
    evaluation,
    clocks,
    holds,
    file,
    resolutions,
    joinings,
    splitting,
    staff,
    senders,
    erasures,
    people,
    sealed,
    cybertip,
    mail,
    peers,
)
