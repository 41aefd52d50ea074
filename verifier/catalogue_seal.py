"""What findings about seals, and about how a PDF's page looks, say; a part of `catalogue.py`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.seal_states import Kind
from verifier.verdict import Outcome, Severity

_INFO, _NOTICE, _PROBLEM = Severity.INFO, Severity.NOTICE, Severity.PROBLEM
_ALTERED, _INCONCLUSIVE = Outcome.ALTERED, Outcome.INCONCLUSIVE

KIND_NAMES = {
    Kind.PAGE: Text("页面", "a page"),
    Kind.CONTENT: Text("页面内容", "what pages draw"),
    Kind.CATALOG: Text("文件目录", "the catalog"),
    Kind.ANNOTATION: Text("批注", "annotations"),
    Kind.FORM: Text("表单域", "form fields"),
    Kind.SIGNATURE: Text("另一个签名", "another signature"),
    Kind.FONT: Text("字体", "fonts"),
    Kind.IMAGE: Text("图片", "pictures"),
    Kind.FILE: Text("附件", "attached files"),
    Kind.SCRIPT: Text("脚本", "scripts"),
    Kind.ACTION: Text("自动执行的动作", "actions that run by themselves"),
    Kind.LAYERS: Text("可切换显示的图层", "layers that can be switched"),
    Kind.METADATA: Text("文件信息", "information about the file"),
    Kind.REVISIONS: Text("多个版本的内容", "several revisions"),
    Kind.DUPLICATES: Text("重复定义的对象", "objects written twice"),
    Kind.OTHER: Text("其他对象", "other objects"),
    Kind.NOTHING: Text("空的对象表", "an empty table of objects"),
    Kind.BLANKS: Text("空白字节", "blank bytes"),
    Kind.BYTES: Text("不属于任何对象的字节", "bytes that belong to no object"),
    Kind.UNREADABLE: Text("无法读取的对象", "objects that cannot be read"),
    Kind.UNSEEN: Text(
        "数量过多、未能逐一查看的对象", "more objects than could be looked through one by one"
    ),
}

SEAL_ENTRIES = {
    Code.SEAL_WHOLE: Entry(
        _INFO,
        None,
        Text(
            "文件上的电子印章完好，覆盖整个文件，盖章后未作改动。",
            "The file's electronic seal is intact and covers the whole file; nothing was changed "
            "after sealing.",
        ),
    ),
    Code.SEAL_SIGNER_KNOWN: Entry(
        _INFO,
        None,
        Text(
            "印章证书属于“{signer}”，由本站公布的印章证书机构“{issuer}”签发，"
            "盖章时在有效期内（文件所载盖章时间：{sealed_at}）。",
            "The seal's certificate is that of {signer}, issued by {issuer}, the authority of "
            "seals published here; it was valid at the time of sealing that the file states "
            "({sealed_at}).",
        ),
    ),
    Code.SEAL_SIGNER_UNKNOWN: Entry(
        _NOTICE,
        None,
        Text(
            "印章证书写明属于“{signer}”，由“{issuer}”签发；该证书机构不是本站公布的，"
            "本次未判断其是否可信。核验结论不依据印章，而依据登记记录。",
            "The seal's certificate says {signer}, issued by {issuer}. That authority is not the "
            "one published here, so it was not judged. The result rests on the record and not "
            "on the seal.",
        ),
    ),
    Code.SEAL_OTHER_NAME: Entry(
        _NOTICE,
        None,
        Text(
            "印章证书上的名称“{signer}”与评价机构备案名称“{body}”不同。",
            "The name in the seal's certificate, {signer}, is not that of the assessment body as "
            "filed, {body}.",
        ),
    ),
    Code.SEAL_REVOKED: Entry(
        _NOTICE,
        None,
        Text(
            "印章证书“{signer}”已于 {revoked_at} 撤销。核验结论不依据印章，而依据登记记录。",
            "The seal's certificate, {signer}, was revoked ({revoked_at}). The result rests on "
            "the record and not on the seal.",
        ),
    ),
    Code.SEAL_OUT_OF_TIME: Entry(
        _NOTICE,
        None,
        Text(
            "文件所载盖章时间不在印章证书“{signer}”的有效期内，或文件未载盖章时间。",
            "The time of sealing that the file states is outside the validity of the seal's "
            "certificate, {signer}, or the file states none.",
        ),
    ),
    Code.SEAL_MISSING: Entry(
        _NOTICE,
        None,
        Text(
            "文件上没有电子印章。签发的原始文件带有印章，另存或打印成的文件会失去印章。",
            "The file has no electronic seal. The file as issued has one; it is lost when a file "
            "is printed or exported anew.",
        ),
    ),
    Code.SEAL_UNREADABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件结构不规范，电子印章无法读取。请索取原始文件。",
            "The file is malformed and its electronic seal could not be read. Ask for the "
            "original file.",
        ),
    ),
    Code.SEAL_RESAVED: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件在盖章后被整个重新保存过，所带的印章已不对应这个文件，不能作为依据。"
            "请索取原始文件。",
            "The whole file was written anew after sealing; the seal in it no longer belongs to "
            "this file and proves nothing. Ask for the original file.",
        ),
    ),
    Code.SEAL_HOLLOW: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "文件中有印章的位置，但其中没有可核验的签名：签名被去掉、清空或改写过。",
            "The file has the place of a seal, but no signature that could be checked is in it: "
            "it was removed, emptied or rewritten.",
        ),
    ),
    Code.SEAL_DAMAGED: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "电子印章已失效：盖章之后，文件中有字节被改动。",
            "The electronic seal is broken: bytes of the file were changed after sealing.",
        ),
    ),
    Code.SEAL_EXTENDED: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "盖章之后，文件末尾又追加了内容：{what}。",
            "Something was appended to the file after sealing: {what}.",
        ),
    ),
    Code.SEAL_BLANKS_AFTER: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "盖章之后，文件末尾多了空白字节：传输、转存时可能附加，不改变所显示的内容，"
            "但已不是签发的原始文件。请索取原始文件。",
            "Blank bytes follow what was sealed: they may be added when a file is sent or stored "
            "and change nothing that is shown, but it is no longer the original file. Ask for it.",
        ),
    ),
    Code.SEAL_GAP: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "电子印章没有覆盖整个文件：除印章本身外，还有内容被排除在外，可以随意改动。",
            "The electronic seal does not cover the whole file: beside itself it leaves something "
            "out, which anybody can change.",
        ),
    ),
    Code.SEAL_PADDED: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "电子印章所占位置的字节被改写过：空余处另有内容，或写法与签发时不同。",
            "The bytes in the seal's own place were rewritten: its spare room holds something, or "
            "it is not written as when it was issued.",
        ),
    ),
    Code.SEAL_REVISIONS: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "盖章的内容由 {count} 个版本叠加而成，签发的文件只有一个版本。",
            "What is sealed consists of {count} revisions; a file as issued has one.",
        ),
    ),
    Code.SEAL_SEVERAL: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "文件中有不止一个签名，签发的证书只有一个印章。",
            "The file has more than one signature; a certificate as issued has one seal.",
        ),
    ),
    Code.SEAL_OF_ANOTHER_FILE: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "电子印章本身完好，但这不是登记在案的那个文件：文件是另行制作、另行盖章的，"
            "或印章被改写过。",
            "The electronic seal itself is intact, but this is not the file on record: it was "
            "made and sealed apart, or the seal was rewritten.",
        ),
    ),
    Code.FILE_HOLDS_MORE: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "文件中另有{what}，在别的软件中可能显示出不同的内容。请索取原始文件。",
            "The file also holds {what}; other programs may show it differently. Ask for the "
            "original file.",
        ),
    ),
    Code.FILE_SAVED_ANEW: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "这不是签发的原始文件（不是逐字节相同）。已按本系统画出的页面与签发的原件逐处比对；"
            "但同一个 PDF 在别的软件里可能显示不同内容，不能仅凭它下结论。请索取原始文件，"
            "或者把纸质证书拍照、把您看到的页面截图后再核验。",
            "This is not the original file (not byte for byte). Its page, as drawn here, was "
            "compared with the issued one, spot by spot; but other programs may show the same PDF "
            "otherwise, so nothing is concluded from it alone. Ask for the original file, or check "
            "a photo of the paper or a screenshot of what you see.",
        ),
    ),
    Code.PAGE_AGREES: Entry(
        _INFO,
        None,
        Text(
            "{what}与签发的原件处处一致，照片也一致。",
            "{what} agrees with the issued page everywhere, the photo included.",
        ),
    ),
    Code.PAGE_SEAL_ABSENT: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "页面上看不到签发时的红色印章：有的软件另存、打印时不画它，也可能是被去掉的。",
            "The red seal of the issued page is not to be seen: some programs leave it out when "
            "they save or print a page again; it may also have been taken off.",
        ),
    ),
    Code.PAGE_DIFFERS: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "{field}：此处显示的内容与签发的原件不同。",
            "{field}: what is shown here is not what was printed on the issued page.",
        ),
    ),
    Code.PAGE_COVERED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "{field}：此处被遮盖，看不到内容，请索取原始文件。",
            "{field}: nothing can be seen here, it was covered. Ask for the original file.",
        ),
    ),
    Code.PAGE_MARKED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "页面上有签发的原件没有的内容或印记（{places}），可能是签发以后加上的，请目视比对。",
            "The page carries something that the issued page does not ({places}). It may have "
            "been added after issue; compare it by eye.",
        ),
    ),
    Code.PAGES_ADDED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "文件有 {count} 页，签发的证书只有一页；只比对了其中一页，其余各页未核验。",
            "The file has {count} pages; a certificate as issued has one. Only one of them was "
            "compared; the others were not verified.",
        ),
    ),
    Code.PAGE_ADDED_DIFFERS: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "文件第 {page} 页没有证书二维码，却印有本证书的编号；该页{field}与登记内容不符。",
            "Page {page} of the file carries no code but prints the number of this certificate; "
            "{field} on it differs from the record.",
        ),
    ),
    Code.ATTACHED_OTHER: Entry(
        _PROBLEM,
        _ALTERED,
        Text(
            "文件所附的 {names} 与签发时所附的不同。",
            "The attached {names} is not what was attached when the file was issued.",
        ),
    ),
}
