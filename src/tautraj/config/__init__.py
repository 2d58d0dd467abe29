"""From a command line to a checked `Run`: records, composition, plug-ins, identity of cells and episodes."""

from tautraj.config.component_records import AgentConfig, Component, PromptKind, ResultDetail, ToolDetail
from tautraj.config.llm import GOLD_ROUTES, PROGRAM_ROUTE, Llm, Provider, reject_api_base, replace_api_base
from tautraj.config.local_llm import AnyLlm, LocalLlm
from tautraj.config.run import (
    CONF,
    BenchmarkConfig,
    BranchSource,
    Budget,
    Domain,
    EpisodeSelection,
    FolderName,
    Limits,
    Report,
    Run,
    Runner,
    Split,
    Tasks,
    Tracking,
    WorldKind,
)

__all__ = [
    "CONF",
    "GOLD_ROUTES",
    "PROGRAM_ROUTE",
    "AgentConfig",
    "AnyLlm",
    "BenchmarkConfig",
    "BranchSource",
    "Budget",
    "Component",
    "Domain",
    "EpisodeSelection",
    "FolderName",
    "Limits",
    "Llm",
    "PromptKind",
    "LocalLlm",
    "Provider",
    "Report",
    "ResultDetail",
    "Run",
    "Runner",
    "Split",
    "Tasks",
    "ToolDetail",
    "Tracking",
    "WorldKind",
    "reject_api_base",
    "replace_api_base",
]
