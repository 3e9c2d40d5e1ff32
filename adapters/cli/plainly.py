"""A fault that is expected is one clear line and an exit code, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg

from adapters.eventstore.reader import LogBroken
from adapters.postgres.supervisor.failures import PostgresFailed
from adapters.projector.folding import ViewFault
from adapters.projector.rebuild import fault_of
from adapters.projector.tables import NewerView
from adapters.rulebook import RuleDataFault
from adapters.settings import BadSetting
from domain.errors import Refused, Unavailable


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn expected faults into ``click.ClickException``: code, both languages, detail."""
    try:
        yield
    except Refused as refused:
        detail = f" ({refused.detail})" if refused.detail else ""
        raise click.ClickException(f"{refused.code}: {refused.zh} / {refused.en}{detail}") from refused
    except psycopg.errors.ProgramLimitExceeded as error:
        raise click.ClickException("VIEW_FAULT: 视图无法处理某一事件 / A view cannot take an event") from error
    except ViewFault as fault:
        why = f"视图无法处理某一事件 / A view cannot take an event: {fault_of(fault)}"
        raise click.ClickException(f"VIEW_FAULT: {why}") from fault
    except NewerView as error:
        raise click.ClickException(
            f"NEWER_VIEW: 视图由更新的程序建立 / A newer program made the view: {error}"
        ) from error
    except (Unavailable, psycopg.OperationalError) as error:
        told = error if isinstance(error, Unavailable) else Unavailable()
        raise click.ClickException(f"{told.code}: {told.zh} / {told.en}") from error
    except PostgresFailed as failed:
        raise click.ClickException(str(failed)) from failed
    except BadSetting as error:
        raise click.ClickException(f"BAD_SETTING: 设置不正确 / A setting cannot be used: {error}") from error
    except RuleDataFault as error:
        raise click.ClickException(f"BAD_RULE_DATA: 规则数据不正确 / Rule data cannot be used: {error}") from error
    except LogBroken as error:
        raise click.ClickException(f"LOG_BROKEN: 日志不连续 / The log is not contiguous: {error}") from error
