"""The fixed words of a verification report, in both languages."""

from __future__ import annotations

from typing import Final

from codes.wording import Text

TITLE: Final = Text("职业技能等级证书查验报告", "Verification Report on a Skill Level Certificate")
SEAL_CAPTION: Final = "查验报告专用章"

NUMBER: Final = Text("报告编号", "Report number")
CODE: Final = Text("查询码", "Look-up code")
ISSUER: Final = Text("出具单位", "Issued by")
CHECKED: Final = Text("查验时间", "Checked at")
SEALED: Final = Text("封签时间", "Sealed at")
CONCLUSION: Final = Text("查验结论", "Conclusion")
EXAMINED: Final = Text("查验对象", "What was examined")
PICTURE: Final = Text("查验对象的图像", "Picture of what was examined")
ON_RECORD: Final = Text("证书应载内容", "What the certificate should show")
CHECKS: Final = Text("逐项查验情况", "What was checked")
BASIS: Final = Text("查验依据", "On what basis")
NOT_THIS: Final = Text("本报告不能说明的事项", "What this report is not")
HOW_TO_CHECK: Final = Text("本报告的核对办法", "How to check this report")

STATUS: Final = Text("查验时的证书状态", "Status at that time")
ON_RECORD_MARK: Final = Text("登记", "record")
RECORD_STATUS: Final = Text("登记记录的状态", "Status of the record")
RECORD_ALONE: Final = Text(
    "以上只是登记记录当时的状态；查验对象未能核验，不能据此认为其真实有效。",
    "This is the status of the record alone. What was examined could not be checked: it does not "
    "follow that it is genuine or in force.",
)
RECORD_ELSE: Final = Text(
    "以上只是登记记录当时的状态；查验对象的结论见上，不能据此认为其真实有效。",
    "This is the status of the record alone. What was examined came to the conclusion above: it "
    "does not follow that it is genuine or in force.",
)
EVIDENCE: Final = Text("依据", "Evidence")
PRINTED_AND_RECORD: Final = Text(
    "所印为{printed}，登记为{record}。", "Printed: {printed}; on record: {record}."
)
UNREAD: Final = Text(
    "文字被遮盖或读不出，见图", "text that is covered or cannot be read, see the picture"
)
RED_BOXES: Final = Text(
    "红框内与登记内容不符，数字与所列各项对应。",
    "What is in a red box differs from the record; the numbers are those of the list.",
)
AMBER_BOXES: Final = Text(
    "黄色虚线框内不能判断：看不清、被遮盖，或者有签发的版面没有的内容，请目视比对。",
    "What is in dashes of amber cannot be told: it is not clear, is covered, or is not on the page "
    "as issued. Compare it by eye.",
)
RECORD_SHORT: Final = Text("登记内容", "on record")
TRUST_LIST: Final = Text("信任列表", "Trust list")
LOG: Final = Text("公开日志检查点", "Log checkpoint")
NONE_READ: Final = Text("未能读取", "could not be read")
SOFTWARE: Final = Text("软件版本", "Software")
CATALOGUE: Final = Text("查验项目表版本", "Catalogue")
SAMPLE: Final = Text(
    "样本 SAMPLE：使用演示密钥出具，不作任何证明之用",
    "SAMPLE: made with demonstration keys; it proves nothing",
)

STATEMENTS: Final = (
    Text(
        "本报告是对照登记内容所作的查验记录，不是鉴定意见，不对真伪作司法认定；"
        "是否构成伪造、变造或者其他违法，由公安机关依法认定。",
        "This is a record of comparing with the register. It is not an expert opinion (鉴定意见); "
        "whether the law was broken is for the police to establish.",
    ),
    Text(
        "本报告只反映查验时间当时的登记情况。此后证书可能被暂停、撤销、更正或者补发，"
        "使用前请重新查验；证书此后失效，不影响本报告所载查验时的情况。",
        "It says how things stood when they were checked. The certificate may be suspended, "
        "revoked, corrected or reissued later: check again before you rely on it. That it ends "
        "later does not make untrue what is reported of that time.",
    ),
    Text(
        "未比对持证人本人与证书照片，不证明持有证书的人就是证书所载的人。",
        "Nobody was compared with the photo: it does not show that whoever carries the "
        "certificate is its holder.",
    ),
    Text(
        "“未查询到”不等于证书不真实，“无法核验”既不表示有问题，也不表示没有问题。",
        "“Nothing was found” does not say that a certificate is not genuine; “could not be "
        "verified” says neither that something is wrong nor that nothing is.",
    ),
)

CHECK_STEPS: Final = (
    Text(
        "上网核对：打开 {address} ，填写报告编号和查询码，将显示的内容与手中的报告逐项比对，"
        "或者上传报告文件。网址以主管部门或者评价机构公布的为准。",
        "On line: open {address}, enter report number and look-up code, and compare what is shown "
        "with the report in hand, or upload its file. The right address is the one that the "
        "authority or the body has made known.",
    ),
    Text(
        "用阅读器核对：PDF 文件带有电子印章，任何一个字节被改动，印章即失效。印章证书指纹"
        "（SHA-256）：{fingerprint}。纸质打印件不带电子印章，须上网核对。",
        "In a PDF reader: the file is sealed, and any changed byte breaks the seal. SHA-256 of the "
        "seal's certificate: {fingerprint}. A print carries no electronic seal: check it on line.",
    ),
    Text(
        "用本软件核对：yanzhen verify 报告文件（PDF 或 JSON）。",
        "With this software: yanzhen verify REPORT (PDF or JSON).",
    ),
)
ORDINALS: Final = "一二三四五六七八九十"
PAGE: Final = "第 {page} 页，共 {pages} 页"
