"""One invented paper in the three forms that arXiv serves, and what breaks in each."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping

ID, VERSION = "2607.01234", 2

HTML = """<!DOCTYPE html><html><head><title>Tides</title></head><body>
<div id="watermark-tr">[License: CC BY 4.0]<br>arXiv:2607.01234v2 [cs.CL] 05 Jul 2026</div>
<article class="ltx_document">
<h1 class="ltx_title ltx_title_document">Tides of small lakes</h1>
<div class="ltx_authors">A. Author</div>
<div class="ltx_abstract"><h6 class="ltx_title ltx_title_abstract">Abstract</h6>
<p class="ltx_p">We gauge the tides of forty small lakes.</p></div>
<section id="S1" class="ltx_section"><h2 class="ltx_title ltx_title_section">
<span class="ltx_tag ltx_tag_section">1 </span>Introduction</h2>
<div class="ltx_para" id="S1.p1"><p class="ltx_p">Lakes have tides
(<cite class="ltx_cite">Smith, <a href="#bib.bib1" class="ltx_ref">2020</a></cite>), it is said.
<span class="ltx_note ltx_role_footnote">A footnote that nobody reads.</span></p></div></section>
<section id="S2" class="ltx_section"><h2 class="ltx_title ltx_title_section">
<span class="ltx_tag ltx_tag_section">2 </span>Experiments</h2>
<section id="S2.SS1" class="ltx_subsection"><h3 class="ltx_title ltx_title_subsection">
<span class="ltx_tag ltx_tag_subsection">2.1 </span>Setup</h3>
<div class="ltx_para"><p class="ltx_p">Gauges stood in the lakes for
<math alttext="3\\times 10^{2}" class="ltx_Math"><mn>3</mn></math> days.</p></div></section>
<section id="S2.SS2" class="ltx_subsection"><h3 class="ltx_title ltx_title_subsection">
<span class="ltx_tag ltx_tag_subsection">2.2 </span>Results</h3>
<div class="ltx_para"><p class="ltx_p">Wind explains 81.5% of the tides.
Depth explains none.</p></div>
<figure id="S2.T1" class="ltx_table"><figcaption class="ltx_caption">
<span class="ltx_tag ltx_tag_table">Table 1: </span>Share of the tides that each cause
explains.</figcaption>
<table class="ltx_tabular"><tbody>
<tr class="ltx_tr"><th class="ltx_td">Cause</th><th class="ltx_td">Share</th></tr>
<tr class="ltx_tr"><td class="ltx_td">Wind</td><td class="ltx_td">81.5</td></tr>
<tr class="ltx_tr"><td class="ltx_td">Depth</td><td class="ltx_td">0.2</td></tr>
</tbody></table></figure></section></section>
<section id="S3" class="ltx_section"><h2 class="ltx_title ltx_title_section">
<span class="ltx_tag ltx_tag_section">3 </span>Related Work</h2>
<div class="ltx_para"><p class="ltx_p">Smith (2020) found that the moon explains 12% of the
tides.</p></div>
</section>
<section id="Sx1" class="ltx_section"><h2 class="ltx_title ltx_title_section">Limitations</h2>
<div class="ltx_para"><p class="ltx_p">All lakes lie in one valley.</p></div></section>
<section id="bib" class="ltx_bibliography"><ul><li id="bib.bib1" class="ltx_bibitem">Smith. Lakes.
arXiv preprint arXiv:2001.08361, 2020.</li></ul></section>
<section id="A1" class="ltx_appendix"><h2 class="ltx_title ltx_title_appendix">
<span class="ltx_tag ltx_tag_appendix">Appendix A </span>Gauges</h2>
<div class="ltx_para"><p class="ltx_p">Each gauge was read twice a day.</p></div></section>
</article></body></html>
"""

LATEX = r"""\documentclass{article}
\newcommand{\share}[1]{#1\% of the tides}
\newcommand{\lakes}{small lakes}
\title{Tides of \lakes}
\begin{document}
\maketitle
\begin{abstract} We gauge the tides of forty \lakes. \end{abstract}
\section{Introduction} % nobody reads this
Lakes have tides \citep[see][]{smith}, it is said.\footnote{A footnote that nobody reads.}
\input{body}
\section*{Limitations}
All lakes lie in one valley.
\appendix
\section{Gauges}
Each gauge was read twice a day.
\begin{thebibliography}{1}
\bibitem[Smith(2020)]{smith} Smith. Lakes. arXiv preprint arXiv:2001.08361, 2020.
\end{thebibliography}
\end{document}
"""

BODY = r"""\section{Experiments}
\subsection{Setup}
Gauges stood in the lakes for $3\times 10^{2}$ days.
\subsection{Results}\label{s:results}
Wind explains \share{81.5}. Depth explains none.
\begin{table}
\caption{Share of the tides that each cause explains.}
\begin{tabular}{lr}
\toprule Cause & Share \\ \midrule
Wind & \textbf{81.5} \\
Depth & 0.2 \\ \bottomrule
\end{tabular}
\end{table}
\section{Related Work}
Smith (2020) found that the moon explains 12\% of the tides.
"""

FILES = {"paper.tex": LATEX.encode(), "body.tex": BODY.encode()}


def tar(files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> bytes:
    """A tar archive under gzip; `links` are symbolic ones by name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return out.getvalue()


def one_file() -> bytes:
    """An e-print of one file, as arXiv serves those: gzip without tar."""
    return gzip.compress(LATEX.replace("\\input{body}", BODY).encode())
