"""The collections of matching, one module for each area; nobody else reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.database import Database

from services.matching.store import (
    agreements,
    attendances,
    attendee_sweeps,
    blocks,
    copies,
    enrollments,
    goals,
    introductions,
    loads,
    measures,
    mentorships,
    pairs,
    plans,
    private_notes,
    program_sweeps,
    programs,
    reports,
    requests,
    run_inputs,
    run_parts,
    runs,
    shared_items,
    surveys,
    suspensions,
    tasks,
    watches,
)
from services.matching.store.agreements import Agreements
from services.matching.store.attendances import Attendances
from services.matching.store.attendee_sweeps import AttendeeSweeps
from services.matching.store.blocks import Blocks
from services.matching.store.circles import Circles
from services.matching.store.copies import Copies
from services.matching.store.enrollments import Enrollments
from services.matching.store.funnel import Funnel
from services.matching.store.goals import Goals, Ratings
from services.matching.store.introductions import Introductions
from services.matching.store.loads import Loads
from services.matching.store.measures import Measures
from services.matching.store.mentee_turns import MenteeTurns
from services.matching.store.mentorships import Mentorships
from services.matching.store.moments import Moments
from services.matching.store.outcomes import ProgramOutcomes
from services.matching.store.pairs import Pairs
from services.matching.store.plans import PlanItems, Templates
from services.matching.store.private_notes import PrivateNotes
from services.matching.store.program_sweeps import ProgramSweeps
from services.matching.store.programs import Programs
from services.matching.store.prospects import Prospects
from services.matching.store.reports import Reports
from services.matching.store.requests import Requests
from services.matching.store.run_inputs import RunInputs
from services.matching.store.run_parts import RunParts
from services.matching.store.run_report import RunReports
from services.matching.store.runs import Proposals, Runs
from services.matching.store.shared_items import SharedItems
from services.matching.store.sides import Sides
from services.matching.store.survey_results import SurveyResults
from services.matching.store.surveys import Surveys
from services.matching.store.suspensions import Suspensions
from services.matching.store.tasks import Tasks
from services.matching.store.turnouts import Turnouts
from services.matching.store.watches import Watches
from shared.messaging import second_looks
from shared.messaging.erasures import Erasures
from shared.messaging.second_looks import SecondLooks
from shared.storage import Document, Index, association_defaults, encounters, group_names, merges
from shared.storage.association_defaults import AssociationDefaults
from shared.storage.encounters import Encounters
from shared.storage.group_names import GroupNames
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.merges import Merges

INDEXES: Sequence[Index] = (
    *agreements.INDEXES,
    *association_defaults.INDEXES,
    *attendances.INDEXES,
    *encounters.INDEXES,
    *attendee_sweeps.INDEXES,
    *blocks.INDEXES,
    *copies.INDEXES,
    *enrollments.INDEXES,
    *goals.INDEXES,
    *group_names.INDEXES,
    *introductions.INDEXES,
    *loads.INDEXES,
    *measures.INDEXES,
    *mentorships.INDEXES,
    *merges.INDEXES,
    *plans.INDEXES,
    *pairs.INDEXES,
    *private_notes.INDEXES,
    *program_sweeps.INDEXES,
    *programs.INDEXES,
    *reports.INDEXES,
    *requests.INDEXES,
    *run_inputs.INDEXES,
    *run_parts.INDEXES,
    *runs.INDEXES,
    *second_looks.INDEXES,
    *shared_items.INDEXES,
    *surveys.INDEXES,
    *suspensions.INDEXES,
    *tasks.INDEXES,
    *watches.INDEXES,
)


@dataclass(frozen=True, slots=True)
class Store:
    """All areas together: what commands and views are handed."""

    agreements: Agreements
    association_defaults: AssociationDefaults
    attendances: Attendances
    encounters: Encounters
    attendee_sweeps: AttendeeSweeps
    circles: Circles
    blocks: Blocks
    copies: Copies
    enrollments: Enrollments
    erasures: Erasures
    funnel: Funnel
    goals: Goals
    group_names: GroupNames
    introductions: Introductions
    loads: Loads
    measures: Measures
    mentee_turns: MenteeTurns
    mentorships: Mentorships
    moments: Moments
    merges: Merges
    outcomes: ProgramOutcomes
    plan_items: PlanItems
    private_notes: PrivateNotes
    program_sweeps: ProgramSweeps
    programs: Programs
    proposals: Proposals
    prospects: Prospects
    ratings: Ratings
    pairs: Pairs
    reports: Reports
    requests: Requests
    run_inputs: RunInputs
    run_parts: RunParts
    run_reports: RunReports
    runs: Runs
    second_looks: SecondLooks
    shared_items: SharedItems
    sides: Sides
    survey_results: SurveyResults
    surveys: Surveys
    suspensions: Suspensions
    tasks: Tasks
    templates: Templates
    turnouts: Turnouts
    watches: Watches

    @classmethod
    def over(cls, database: Database[Document], hashes: IdentifierHashes | None = None) -> "Store":
        """The store in this database; `hashes` recognize the erased in messages put aside."""
        return cls(
            agreements=Agreements(database),
            association_defaults=AssociationDefaults(database),
            attendances=Attendances(database),
            encounters=Encounters(database, Merges(database)),
            attendee_sweeps=AttendeeSweeps(database),
            circles=Circles(database),
            blocks=Blocks(database),
            copies=Copies(database),
            enrollments=Enrollments(database),
            erasures=Erasures(database, hashes or IdentifierHashes(())),
            funnel=Funnel(database),
            goals=Goals(database),
            group_names=GroupNames(database),
            introductions=Introductions(database),
            loads=Loads(database),
            measures=Measures(database),
            mentee_turns=MenteeTurns(database),
            mentorships=Mentorships(database),
            moments=Moments(database),
            merges=Merges(database),
            outcomes=ProgramOutcomes(database),
            plan_items=PlanItems(database),
            private_notes=PrivateNotes(database),
            program_sweeps=ProgramSweeps(database),
            programs=Programs(database),
            proposals=Proposals(database),
            prospects=Prospects(database),
            ratings=Ratings(database),
            pairs=Pairs(database),
            reports=Reports(database),
            requests=Requests(database),
            run_inputs=RunInputs(database),
            run_parts=RunParts(database),
            run_reports=RunReports(database, Runs(database)),
            runs=Runs(database),
            second_looks=SecondLooks(database),
            shared_items=SharedItems(database),
            sides=Sides(database),
            survey_results=SurveyResults(database),
            surveys=Surveys(database),
            suspensions=Suspensions(database),
            tasks=Tasks(database),
            templates=Templates(database),
            turnouts=Turnouts(database),
            watches=Watches(database),
        )
