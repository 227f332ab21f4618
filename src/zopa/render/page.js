/* Open the folded part that a link leads into. */
function unfold(){var t=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));for(var e=t;e;e=e.parentElement){if(e.tagName==="DETAILS")e.open=true}if(t)t.scrollIntoView()}
addEventListener("hashchange",unfold);addEventListener("DOMContentLoaded",unfold);
if(document.body.className==="with-annex")addEventListener("beforeprint",function(){document.querySelectorAll("details").forEach(function(d){d.open=true})});
