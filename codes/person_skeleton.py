"""When two spellings may stand for one person: coarser than a name, for telling two persons apart.

Where two persons are asked for, a second spelling of the first one's name must not pass for the
second person. That two people of one office are taken for one costs them a fuller name.
"""

from __future__ import annotations

import unicodedata

from codes.name_characters import is_unseen, radical_as_ideograph

# Traditional and simplified forms, in pairs, of what names are most often written with.
# Source: 通用规范汉字表, 附件1 规范字与繁体字、异体字对照表.
_PAIRS = """
張张 偉伟 劉刘 陳陈 楊杨 趙赵 黃黄 吳吴 孫孙 馬马 羅罗 鄭郑 謝谢 韓韩 馮冯 許许 鄧邓 蕭萧 肅肃 葉叶
蔣蒋 餘余 蘇苏 呂吕 盧卢 賈贾 鄒邹 陸陆 賴赖 龔龚 龍龙 萬万 錢钱 湯汤 喬乔 賀贺 顧顾 龐庞 樂乐 齊齐
莊庄 嚴严 溫温 蘆芦 紀纪 項项 魯鲁 畢毕 聶聂 關关 駱骆 譚谭 鍾钟 鐘钟 閻阎 閆闫 顏颜 歐欧 陽阳 單单
竇窦 連连 鄔邬 鄺邝 華华 費费 倫伦 達达 麗丽 強强 彊强 軍军 國国 傑杰 東东 飛飞 鵬鹏 鳳凤 蘭兰 蓮莲
瓊琼 瑩莹 潔洁 靜静 艷艳 豔艳 紅红 嬌娇 婭娅 嬋婵 嫻娴 寶宝 貴贵 賢贤 賓宾 資资 贊赞 財财 貝贝 員员
慶庆 應应 憶忆 愛爱 懷怀 憲宪 戀恋 興兴 舉举 誠诚 謙谦 語语 詩诗 詠咏 諾诺 論论 調调 識识 記记 訓训
設设 詳详 誼谊 譽誉 議议 護护 講讲 讓让 諒谅 諭谕 謹谨 譯译 銀银 鋼钢 鐵铁 鎮镇 鋒锋 銘铭 錦锦 鈞钧
鋭锐 銳锐 鍵键 鏡镜 鑑鉴 鑒鉴 釗钊 鈺钰 鈴铃 鉅钜 銓铨 錚铮 鑄铸 長长 門门 問问 間间 閃闪 開开 聞闻
閔闵 闊阔 陰阴 隊队 階阶 際际 隱隐 雲云 電电 霧雾 靈灵 韋韦 頌颂 預预 領领 頡颉 風风 飄飘 飯饭 駿骏
騰腾 驍骁 驥骥 驛驿 馳驰 騏骐 魚鱼 鮮鲜 鳴鸣 鴻鸿 鶴鹤 鷹鹰 鸞鸾 鵑鹃 麥麦 黨党 點点 齡龄 龜龟 學学
實实 寧宁 審审 將将 對对 導导 壽寿 夢梦 奮奋 奧奥 婦妇 媽妈 嶽岳 崗岗 島岛 嶺岭 巖岩 師师 帥帅 幫帮
廣广 廠厂 廳厅 彥彦 後后 從从 徵征 徹彻 恆恒 揚扬 擁拥 據据 撫抚 攝摄 於于 時时 曉晓 曄晔 暉晖 曇昙
書书 會会 極极 榮荣 構构 樓楼 標标 樹树 橋桥 機机 檢检 權权 歡欢 歲岁 歷历 歸归 氣气 漢汉 漣涟 潤润
澤泽 濤涛 濱滨 瀟潇 瀅滢 灣湾 渢沨 淵渊 淨净 滿满 濟济 燁烨 燦灿 煒炜 煥焕 熾炽 爍烁 營营 燈灯 愷恺
環环 瑋玮 瑤瑶 璽玺 現现 瑪玛 畫画 異异 當当 發发 髮发 盡尽 監监 盤盘 眾众 碩硕 確确 禮礼 禎祯 禕祎
禪禅 種种 積积 穎颖 穌稣 競竞 筆笔 節节 範范 簡简 糧粮 純纯 紹绍 經经 維维 綱纲 緒绪 線线 練练 縱纵
績绩 織织 繼继 續续 纓缨 紋纹 紡纺 級级 細细 組组 結结 絢绚 給给 統统 絲丝 綠绿 綺绮 緣缘 緯纬 繪绘
羣群 義义 習习 聖圣 聰聪 聯联 聲声 職职 膽胆 臨临 與与 艦舰 藝艺 蔭荫 薔蔷 薩萨 藍蓝 藥药 蘊蕴 處处
號号 術术 衛卫 裝装 複复 復复 覺觉 覽览 親亲 觀观 規规 視视 車车 軒轩 軼轶 輕轻 輔辅 輝辉 輪轮 轉转
辭辞 農农 進进 運运 過过 遠远 適适 遷迁 選选 遼辽 邁迈 還还 鄉乡 醫医 釋释 裏里 裡里 併并 並并 來来
個个 倉仓 側侧 備备 傳传 價价 億亿 優优 儀仪 儉俭 兒儿 內内 兩两 冊册 凱凯 則则 剛刚 創创 劍剑 劎剑
動动 務务 勝胜 勞劳 勳勋 勛勋 勵励 勁劲 區区 協协 卻却 參参 雙双 啓启 啟启 喚唤 嘯啸 囂嚣 團团 園园
圓圆 圖图 執执 堅坚 場场 塊块 塵尘 墊垫 壯壮 業业 豐丰 為为 爲为 烏乌 無无 爾尔 牽牵 犧牺 獨独 獻献
玨珏 產产 畝亩 疊叠
"""
_SIMPLIFIED = {pair[0]: pair[1] for pair in _PAIRS.split()}
# Cyrillic letters, case folded, that look like Latin ones in either case.
_LATIN_LIKE = dict(zip("авеѕіјкмнорстухһԁԛԝ", "abesijkmhopctyxhdqw", strict=True))


def person_skeleton(name: str) -> str:
    """Return the form in which all spellings of one person's name are equal; for comparison only.

    Letters and digits are all that is left: no width, case, accent, space, hyphen, dot or unseen
    character. Simplified and traditional forms of a character are one where the table knows them,
    Cyrillic letters those that they look like.

    Args:
        name: anything; untrusted.
    """
    plain = "".join(radical_as_ideograph(char) or char for char in name)
    letters = "".join(
        char
        for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        if unicodedata.category(char)[0] in "LN" and not is_unseen(char)
    )
    return "".join(_SIMPLIFIED.get(char) or _LATIN_LIKE.get(char) or char for char in letters)


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names stand, or may stand, for one person, however they are spelt."""
    skeletons = person_skeleton(one), person_skeleton(other)
    if not all(skeletons):  # signs alone: as they are written
        return one.casefold() == other.casefold()
    return skeletons[0] == skeletons[1]
