"""The command line. Exit codes: 0 done; 1 refused or failed, with a sentence on stderr; 2 wrong usage."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import psycopg

from gucang.config import commands, environment

Command = Callable[[argparse.Namespace], int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = build_parser().parse_args(given)
    command: Command = parsed.command
    try:
        return command(parsed) or 0
    except KeyboardInterrupt:
        return 1
    except BaseException as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _sentence(error: BaseException) -> str | None:
    """What to tell the person, or None for a fault of the program, which shows its trace."""
    from gucang.config.backup import BackupError
    from gucang.config.embedded import EmbeddedError
    from gucang.config.supervisor import Refusal

    if isinstance(error, commands.Failure | BackupError | EmbeddedError | Refusal | environment.SettingError):
        return str(error)
    if isinstance(error, psycopg.OperationalError):
        return f"The database does not answer: {str(error).strip()}"
    # Errors of the kernel carry a sentence; the kernel is asked only if loaded, for it needs Django.
    errors = sys.modules.get("gucang.kernel.errors")
    refused = tuple(kind for name in ("Refused", "Forbidden") if isinstance(kind := getattr(errors, name, None), type))
    return str(error) if refused and isinstance(error, refused) else None


# --- words ---

_HELP: dict[str, tuple[str, str]] = {
    "run": ("Start everything and serve until Ctrl-C.", "启动全部并提供服务，按 Ctrl-C 停止。"),
    "migrate": ("Bring the database up to date.", "把数据库升级到当前版本。"),
    "demo": ("Make a demo company of a chosen size.", "生成一个指定规模的演示公司。"),
    "check": ("Say what is wrong with this installation.", "检查这套安装有什么问题。"),
    "import": (
        "Bring in a CSV file and report every row that was refused or repaired.",
        "导入 CSV 文件，逐行报告问题。",
    ),
    "export": ("Write a company's records to a CSV file.", "把公司的记录导出为 CSV 文件。"),
    "import-log": (
        "Bring in the event log of another program (XES, OCEL 2.0) under a name.",
        "把其他程序的事件日志（XES、OCEL 2.0）以一个名称导入。",
    ),
    "export-log": (
        "Write the event log as XES or OCEL 2.0, or an outside log as XES.",
        "把事件日志导出为 XES 或 OCEL 2.0，或把外部日志导出为 XES。",
    ),
    "judge-cases": (
        "Hold a company's cases against its procedures, as every night does.",
        "立即按作业流程核对一家公司的实际办理情况，与每晚所做的相同。",
    ),
    "verify-log": (
        "Check that no entry of the event log was changed or removed.",
        "核对事件日志没有被改动或删除。",
    ),
    "backup": ("Write the database and all files into one file.", "把数据库和全部附件备份到一个文件。"),
    "restore": ("Bring a backup into an empty installation.", "把备份恢复到一套空的安装。"),
    "create-company": (
        "Make a company and print the link that lets its first administrator in.",
        "新建公司，显示首位管理员的进入链接。",
    ),
    "jobs": ("Work on background jobs until told to stop.", "处理后台任务，直到被停止。"),
    "manage": ("Run a management command of Django.", "执行 Django 的管理命令。"),
}


def _chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower().startswith("zh")
    return False


def words(name: str) -> str:
    """The help sentence of a command, with Chinese beside it where the system speaks Chinese."""
    english, chinese = _HELP[name]
    return f"{english} {chinese}" if _chinese() else english


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands this installation has; a command whose module is missing does not exist."""
    parser = argparse.ArgumentParser(prog="gucang", description="谷仓 CRM")
    parser.add_argument("--version", action="version", version=f"gucang {environment.release()}")
    subparsers = parser.add_subparsers(metavar="command", required=True)

    def add(name: str, command: Command, *, module: str | None = None) -> argparse.ArgumentParser:
        if module is not None and not _found(module):
            return argparse.ArgumentParser()
        made = subparsers.add_parser(name, help=words(name), description=words(name))
        made.set_defaults(command=command)
        return made

    _add_serving(add)
    _add_data(add)
    hidden = subparsers.add_parser("setup-link")
    hidden.add_argument("--address", default="")
    hidden.set_defaults(command=commands.setup_link if _found("gucang.accounts.setup") else lambda _: 0)
    return parser


def _add_serving(add: Callable[..., argparse.ArgumentParser]) -> None:
    made = add("run", commands.run)
    made.add_argument("--host", default=environment.text("host"), help="address to listen on")
    made.add_argument("--port", type=int, default=environment.number("port"), help="port to listen on")
    made.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        default=environment.flag("demo") and _found("gucang.demo.cli"),
        help="fill the demo company at the first start",
    )
    made = add("migrate", commands.migrate)
    made.add_argument("--verbosity", type=int, default=1, help="0 is silent, 3 tells all")
    made.add_argument("--told", action="store_true", help=argparse.SUPPRESS)
    add("check", commands.check).add_argument(
        "--settings",
        action="store_true",
        help="list every variable, its meaning and where its value comes from",
    )
    add("jobs", commands.jobs, module="gucang.kernel.jobs")
    add("manage", commands.manage).add_argument("arguments", nargs=argparse.REMAINDER, help="command and its arguments")


def _add_data(add: Callable[..., argparse.ArgumentParser]) -> None:
    made = add("demo", commands.demo, module="gucang.demo")
    made.add_argument("--size", choices=["story", "10k", "100k", "1m"], default="story", help="number of customers")
    made.add_argument("--seed", type=int, default=1, help="another number gives another company")
    made.add_argument(
        "--own-fields",
        type=int,
        choices=range(21),
        default=0,
        metavar="0..20",
        help="own fields that the customers of a company to measure with get, also of one that is there already",
    )
    made.add_argument("--first-start", action="store_true", help=argparse.SUPPRESS)

    made = add("import", commands.import_csv, module="gucang.exchange.cli")
    made.add_argument("company", help="the company's short name, as in its address")
    made.add_argument("record", help="record type, such as customer, or a ready map, such as maven_crm")
    made.add_argument("file", type=Path, help="CSV, one JSON object a line, a zip archive or a folder of these")
    made.add_argument("--as", dest="member", required=True, help="e-mail of the member who imports")
    made.add_argument("--report", type=Path, help="write every refused or repaired row here, as CSV")
    made.add_argument("--skip-duplicates", action="store_true", help="leave out rows that are exactly like a record")
    made.add_argument("--dry-run", action="store_true", help="only report what would happen")

    made = add("export", commands.export_csv, module="gucang.exchange.cli")
    made.add_argument("company", help="the company's short name, as in its address")
    made.add_argument("record", help="record type, such as customer")
    made.add_argument("file", type=Path, help="CSV file to write")
    made.add_argument("--as", dest="member", required=True, help="e-mail of the member who exports")

    made = add("import-log", commands.import_log, module="gucang.processes.cli")
    made.add_argument("company", help="the company's short name, as in its address")
    made.add_argument("name", help="what the log is to be called")
    made.add_argument("file", type=Path, help="XES or OCEL 2.0, plain or gzipped")
    made.add_argument("--cases", default="", metavar="TYPE", help="OCEL: the type of object that is a case, as Orders")
    made.add_argument("--as", dest="member", required=True, help="e-mail of the member who brings it in")
    made.add_argument(
        "--activity", choices=["plain", "lifecycle", "complete"], default="plain",
        help="the activity is the event's name, name and life cycle, or the name of completed events only",
    )  # fmt: skip
    made = add("export-log", commands.export_log, module="gucang.processes.cli")
    made.add_argument("company", help="the company's short name, as in its address")
    made.add_argument("file", type=Path, help="file to write: .xes, .json, .xml (each also with .gz) or .sqlite")
    made.add_argument("--as", dest="member", required=True, help="e-mail of who takes it out, and sees what is in it")
    made.add_argument(
        "--types", "--cases", default="", help="records whose log it is, as sales_order,delivery; XES: the one case"
    )
    made.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="from this day on, as 2026-11-01")
    made.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="until the end of this day")
    made.add_argument("--name", default="", help="write this outside log instead of the company's own")

    made = add("judge-cases", commands.judge_cases, module="gucang.conformance.cli")
    made.add_argument("company", help="the company's short name, as in its address")
    made.add_argument("--anew", action="store_true", help="look at every case again, not only at those with news")

    add("verify-log", commands.verify_log, module="gucang.kernel.seals").add_argument(
        "company", nargs="?", help="the company's short name; all companies when left out"
    )
    made = add("create-company", commands.create_company, module="gucang.accounts.setup")
    made.add_argument("name", help="the name people read")
    made.add_argument("slug", help="short name for its address: small letters, digits and hyphens")
    made.add_argument("admin", help="e-mail address of its first administrator, who gets the link")

    made = add("backup", commands.backup)
    made.add_argument("file", type=Path, help="the .tar file to write; it must not exist yet")
    made.add_argument("--with-secrets", action="store_true", help="put in the secret keys too; then guard the file")
    add("restore", commands.restore).add_argument("file", type=Path, help="the .tar file that “gucang backup” wrote")


if __name__ == "__main__":
    sys.exit(main())
