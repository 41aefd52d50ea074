"""What a batch's page says of work in the background."""

from __future__ import annotations

from codes.wording import Text
from issuer.batch_checks import JUDGING
from issuer.batch_printing import CERTIFICATES_A_FILE, PRINTING

OWN_PHASES = {
    JUDGING: Text("检查照片", "judging photos"),
    PRINTING: Text(
        f"生成打印文件：每 {CERTIFICATES_A_FILE} 张一个文件，每个约需 1 分钟，做好一个才计数",
        f"making the files for the printer, {CERTIFICATES_A_FILE} to a file: each takes about a "
        "minute, and is counted once it is made",
    ),
}


BROKEN_OFF = Text(
    "后台签发进程中断，正在自动恢复；已赋编号不变。几分钟后仍未恢复的，请联系系统管理员",
    "The process that issues broke off and is being started again; numbers given stay as they are. "
    "If it is not going on in a few minutes, call the administrator",
)


NOBODY = Text(
    "后台程序目前没有运行，因此尚未开始；已保存的内容不受影响，无须重做。系统会自动启动后台程序；"
    "几分钟后仍如此的，请系统管理员查看工作台服务（yanzhen desk）的日志并重新启动它",
    "Nothing is running in the background, so this has not begun; what was saved is safe, and "
    "nothing is to be done again. The system starts it by itself; if this stays for some minutes, "
    "ask the administrator to look at the log of the desks (yanzhen desk) and start them anew",
)
