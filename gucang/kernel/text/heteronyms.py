"""Characters people really read in more than one way, and readings that differ in surnames (our own tables).

The dictionary of pypinyin lists every reading ever recorded (重: zhong, chong, tong). Searching with all
of them would fill the index with readings nobody types, so the ones in daily use are written down here,
the most common first.
"""

from __future__ import annotations

_COMMON = """
行xing,hang 重zhong,chong 长chang,zhang 乐le,yue 单dan,shan 曾zeng,ceng 朝chao,zhao 都du,dou 和he
会hui,kuai 调diao,tiao 传chuan,zhuan 参can,shen 藏cang,zang 盛sheng,cheng 石shi,dan 厦xia,sha 大da,dai
宿su,xiu 沈shen,chen 解jie,xie 仇chou,qiu 查cha,zha 任ren 华hua 区qu,ou 朴pu,piao,po 尉wei,yu 万wan
俟qi,si 什shen,shi 便bian,pian 降jiang,xiang 强qiang,jiang 省sheng,xing 校xiao,jiao 角jiao,jue 觉jue,jiao
薄bo,bao 背bei 差cha,chai 称cheng,chen 乘cheng 冲chong 臭chou,xiu 处chu 畜chu,xu 伺si,ci 答da 弹dan,tan
当dang 倒dao 得de,dei 的de,di 地di,de 斗dou 度du,duo 恶e,wu 发fa 佛fo,fu 干gan 杆gan 給gei,ji 给gei,ji
更geng 供gong 勾gou 谷gu,yu 骨gu 冠guan 龟gui,qiu 还hai,huan 汗han 号hao 喝he 核he,hu 荷he 红hong
虹hong,jiang 侯hou 户hu 划hua 环huan 晃huang 混hun 济ji 家jia 贾jia,gu 夹jia 价jia 假jia 间jian 监jian
见jian,xian 浆jiang 嚼jiao,jue 节jie 禁jin 尽jin 劲jin,jing 经jing 车che,ju 据ju 卷juan 卡ka,qia 看kan
壳ke,qiao 可ke 空kong 括kuo,gua 落luo,la,lao 勒le,lei 累lei 丽li 俩lia,liang 量liang 了le,liao 六liu,lu
笼long 漏lou 陆lu,liu 绿lv,lu 率lv,shuai 论lun 脉mai,mo 埋mai,man 蔓man,wan 氓mang,meng 没mei,mo 秘mi,bi
模mo,mu 磨mo 粘nian,zhan 泊bo,po 难nan 尼ni 宁ning 弄nong,long 娜na,nuo 迫po,pai 排pai 胖pang,pan 炮pao
屏ping,bing 铺pu 曝pu,bao 瀑pu,bao 奇qi,ji 期qi,ji 其qi,ji 茄qie,jia 翘qiao 亲qin,qing 曲qu 圈quan,juan
雀que 塞sai,se 散san 色se,shai 杉shan,sha 扇shan 上shang 少shao 舍she 射she 识shi,zhi 似si,shi 熟shu,shou
数shu,shuo 属shu,zhu 说shuo,shui 遂sui 缩suo,su 台tai 提ti,di 挑tiao 帖tie 通tong 同tong 吐tu 瓦wa 为wei
委wei 尾wei,yi 系xi,ji 洗xi,xian 吓xia,he 纤xian,qian 鲜xian 相xiang 巷xiang,hang 项xiang 削xiao,xue
血xue,xie 兴xing 畜chu,xu 许xu 旋xuan 熏xun 咽yan,ye 燕yan 叶ye,xie 遗yi,wei 蚁yi 隐yin 应ying 拥yong
涌yong,chong 余yu 育yu 员yuan,yun 载zai 攒zan,cuan 脏zang 择ze,zhai 扎zha,za 炸zha 轧zha,ya 占zhan 涨zhang
着zhe,zhao,zhuo 正zheng 殖zhi 中zhong 种zhong,chong 轴zhou 著zhu,zhuo 转zhuan 幢zhuang,chuang 综zong,zeng
钻zuan 作zuo 柏bo,bai 伯bo,bai 蚌bang,beng 堡bao,bu,pu 埔pu,bu 番fan,pan 阿a,e 圩wei,xu 涡wo,guo 洪hong
浒hu,xu 亳bo 莘shen,xin 歙she,xi 枞zong,cong 铅qian,yan 丽li 燉dun 荥xing,ying 郫pi 筠yun,jun 犍jian,qian
峙zhi,shi 洞dong 蔚wei,yu 乾qian,gan 尹yin 隗wei,kui 覃qin,tan 翟zhai,di 缪miao,mou 谌chen,shen 冼xian
员yuan,yun 牟mou,mu 纪ji 句ju,gou 召zhao,shao 祭ji,zhai 黑hei 盖gai,ge 撒sa 折zhe,she 车che,ju 邪xie
鹄hu,gu 臧zang 戚qi 嘉jia 颉jie,xie 娄lou 逄pang 郇xun,huan 乜nie,mie 哈ha 澄cheng,deng 拓tuo,ta 溪xi,qi
咖ka,ga 打da 嗯en,ng 呢ne,ni 吧ba 哪na,nei 这zhe,zhei 那na,nei 谁shei,shui 液ye 酵jiao,xiao 氯lv,lu
吕lv,lu 律lv,lu 旅lv,lu 铝lv,lu 履lv,lu 屡lv,lu 缕lv,lu 虑lv,lu 滤lv,lu 驴lv,lu 侣lv,lu 女nv,nu 略lve,lue
掠lve,lue 虐nve,nue 疟nve,nue 閭lv,lu 闾lv,lu 绿lv,lu 呂lv,lu 铝lv,lu 重zhong,chong 長chang,zhang 樂le,yue
單dan,shan 會hui,kuai 廈xia,sha 傳chuan,zhuan 銀yin 車che,ju 調diao,tiao
"""

# A surname is read differently from the same character elsewhere; the longest match at the start wins.
_SURNAMES = """
单shan4 曾zeng1 仇qiu2 解xie4 查zha1 任ren2 华hua4 区ou1 朴piao2 尉wei4 盖ge3 葛ge3 宁ning4 乐yue4 那na1
覃qin2 翟zhai2 缪miao4 牟mou4 冼xian3 员yun4 晁chao2 谌chen2 臧zang1 种chong2 繁po2 折she2 黑he4 洗xian3
燕yan1 召shao4 应ying1 令ling2 过guo1 哈ha3 幺yao1 句gou1 祭zhai4 隗wei3 乜nie4 秘bi4 逄pang2 钭tou3 郗xi1
佴nai4 亓qi2 沈shen3 石shi2 盛sheng4 纪ji3 于yu2 曲qu1 车che1 柏bai3 六lu4 都du1 干gan1 卜bu3 占zhan1
教jiao4 适kuo4 撒sa3 洪hong2 薄bo2 贾jia3 叶ye4 万wan4 谷gu3 陆lu4 相xiang4 候hou4 强qiang2 朝chao2
长chang2 重chong2 藏zang4 炅gui4 尹yin3 缑gou1 麹qu1 斗dou3 俞yu2 俱ju1 單shan4 華hua4 區ou1 樸piao2
樂yue4 寧ning4 應ying1 繆miao4 葉ye4 陸lu4 欧阳ou1yang2 尉迟yu4chi2 万俟mo4qi2 单于chan2yu2 长孙zhang3sun1
澹台tan2tai2 司马si1ma3 上官shang4guan1 诸葛zhu1ge3 东方dong1fang1 皇甫huang2fu3 令狐ling2hu2 慕容mu4rong2
司徒si1tu2 司空si1kong1 夏侯xia4hou2 公孙gong1sun1 宇文yu3wen2 呼延hu1yan2 端木duan1mu4 南宫nan2gong1
独孤du2gu1 钟离zhong1li2 轩辕xuan1yuan2 闻人wen2ren2 赫连he4lian2 申屠shen1tu2 拓跋tuo4ba2 濮阳pu2yang2
淳于chun2yu2 太史tai4shi3 公冶gong1ye3 宗政zong1zheng4 百里bai3li3 乐正yue4zheng4 漆雕qi1diao1
"""


def _common() -> dict[str, tuple[str, ...]]:
    return {entry[0]: tuple(entry[1:].split(",")) for entry in _COMMON.split()}


def _surnames() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for entry in _SURNAMES.split():
        han = entry.rstrip("abcdefghijklmnopqrstuvwxyz12345")
        table[han] = tuple(entry[len(han) :].translate(_SPLIT_AFTER_TONE).split())
    return table


_SPLIT_AFTER_TONE = str.maketrans({digit: digit + " " for digit in "12345"})

COMMON_READINGS: dict[str, tuple[str, ...]] = _common()
SURNAMES: dict[str, tuple[str, ...]] = _surnames()
