# ruff: noqa: E501  as other programs write it
"""What programs really put into the clipboard: Excel, WPS, LibreOffice, a page in a browser."""

from __future__ import annotations

ROWS = [
    ("苏州恒力精密机械有限公司", "苏州", "A", "0512-6666 8888"),
    ("宁波远航电器有限公司", "宁波", "特级", "13900139000"),
    ("无锡双象橡胶制品厂", "无锡", "B", "１３８００１３８００１"),
    ("常州天马集团", "常州", "", ""),
    ("南通通机股份", "南通", "C", "13800138002"),
    ("扬州锻压机床", "扬州", "A", "13800138003"),
    ("镇江船舶电器", "镇江", "D", "13800138004"),
    ("泰州口岸船厂", "泰州", "", "13800138005"),
    ("盐城江动集团", "盐城", "B", "13800138006"),
    ("徐州重型机械", "徐州", "A", "13800138007"),
    ("连云港中复连众", "连云港", "", "13800138008"),
    ("淮安双环传动", "淮安", "C", "13800138009"),
]

# Excel 365 ends every line with CR LF, the last one too.
EXCEL_TEXT = "".join("\t".join(row) + "\r\n" for row in ROWS)
_EXCEL_CELLS = "\r\n ".join(
    f"<tr height=19 style='height:14.4pt'>\r\n  <td height=19 class=xl65 style='height:14.4pt'>{name}</td>\r\n"
    f"  <td class=xl65>{city}</td>\r\n  <td>{level}</td>\r\n  <td class=xl66 align=right>{phone}</td>\r\n </tr>"
    for name, city, level, phone in ROWS
)
EXCEL_HTML = f"""<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel"
xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 15">
<style><!--table {{mso-displayed-decimal-separator:"\\.";}} .xl65 {{mso-number-format:"\\@";}}--></style>
</head>
<body link="#0563C1" vlink="#954F72">
<table border=0 cellpadding=0 cellspacing=0 width=256 style='border-collapse:collapse;width:192pt'>
<!--StartFragment-->
 <col width=64 span=4 style='width:48pt'>
 {_EXCEL_CELLS}
<!--EndFragment-->
</table>
</body>
</html>"""

# A cell with a line break, one with quotes, one with a tab: text in quotes, markup with <br>.
EXCEL_BREAKS_TEXT = '"第一行\n第二行"\t他说"好"\t"a\tb"\r\n末行\t\t1\r\n'
EXCEL_BREAKS_HTML = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table>
<!--StartFragment-->
 <tr height=38><td height=38 width=64>第一行<br>
    第二行</td><td>他说&quot;好&quot;</td><td>a<span style='mso-tab-count:1'>&nbsp;</span>b</td></tr>
 <tr><td>末行</td><td></td><td align=right>1</td></tr>
<!--EndFragment--></table></body></html>"""

WPS_HTML = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta name="Generator" content="WPS Office ET"/><style>tr {mso-height-source:auto;} td {white-space:nowrap;}</style>
</head><body><table width="216" border="0" cellpadding="0" cellspacing="0" style='width:162.00pt;border-collapse:collapse;'>
<!--StartFragment--><col width="72" span="3" style='width:54.00pt;'/>
<tr height="18"><td class="et2" height="18" width="72" x:str>苏州恒力</td><td class="et3" align="right" x:num="46329">2026年11月3日</td>
<td class="et4" align="right" x:num="120000">￥120,000.00</td></tr>
<tr height="18"><td class="et2" x:str>无锡双象</td><td></td><td></td></tr>
<!--EndFragment--></table></body></html>"""
WPS_TEXT = "苏州恒力\t2026年11月3日\t￥120,000.00\r\n无锡双象\t\t\r\n"

LIBREOFFICE_HTML = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/>
<meta name="generator" content="LibreOffice 24.2.7.2 (Linux)"/><style type="text/css">body,td { font-size:x-small }</style>
</head><body><table cellspacing="0" border="0"><colgroup span="2" width="85"></colgroup>
<tr><td height="17" align="left">无锡双象</td><td align="right" sdval="13800138000" sdnum="2052;">1.38E+10</td></tr>
<tr><td height="17" align="left"><b>两行<br>字</b></td><td align="left"><br></td></tr>
</table></body></html>"""
LIBREOFFICE_TEXT = '无锡双象\t1.38E+10\n"两行\n字"\t\n'

MERGED_HTML = """<table><tr><td colspan=2>华东</td><td>A</td></tr>
<tr><td rowspan=2>苏州</td><td>甲</td><td>B</td></tr><tr><td>乙</td><td>C</td></tr></table>"""

WEB_HTML = """<meta charset="utf-8"><div class="wrap"><h2>名单</h2><table id="t"><thead><tr><th>名称</th><th>城市</th></tr></thead>
<tbody><tr><td><a href="javascript:alert(1)" onclick="steal()">恒力<script>alert(1)</script></a></td>
<td>  苏州\n   市 <span style="display: none">隐藏</span><img src=x onerror="alert(2)"></td></tr></tbody></table></div>"""
