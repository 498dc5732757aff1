"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("live");
  var language = document.getElementById("language");
  var owners = document.getElementById("owner-table");
  var rows = Array.prototype.slice.call(owners.querySelectorAll("tr.row"));
  var choices = Array.prototype.slice.call(document.querySelectorAll("select[data-by]"));
  var search = document.getElementById("search");
  var count = document.getElementById("count");
  document.getElementById("filters").hidden = false;

  function told() { return root.getAttribute("data-lang"); }

  function speak(lang) {
    root.setAttribute("data-lang", lang);
    root.setAttribute("lang", lang === "zh" ? "zh-CN" : "en");
    language.textContent = lang === "zh" ? "English" : "中文";
    language.setAttribute("lang", lang === "zh" ? "en" : "zh-CN");
    document.querySelectorAll("option").forEach(function (one) { one.textContent = one.getAttribute("data-" + lang); });
    filter();
  }

  function parts(row, by) {
    return row.getAttribute("data-" + by).split(";").map(function (part) { return part.trim(); });
  }

  function filter() {
    var words = search.value.trim().toLowerCase(), shown = 0, tce = 0;
    rows.forEach(function (row) {
      var fits = choices.every(function (one) {
        return one.value === "" || parts(row, one.getAttribute("data-by")).indexOf(one.value) >= 0;
      }) && (words === "" || row.textContent.toLowerCase().indexOf(words) >= 0);
      row.classList.toggle("out", !fits);
      row.nextElementSibling.classList.toggle("out", !fits);
      if (fits) { shown += 1; tce += Number(row.getAttribute("data-tce")); }
    });
    var sum = (tce / 1e4).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    count.textContent = count.getAttribute("data-" + told()).replace("%rows", shown).replace("%sum", sum);
  }

  function value(row, column) {
    var shown = row.children[column].textContent.trim();
    var number = Number(shown.replace(/[,+]/g, "").replace("−", "-"));
    return shown !== "" && !isNaN(number) ? number : shown;
  }

  function sort(button) {
    var heads = Array.prototype.slice.call(button.closest("tr").children);
    var column = heads.indexOf(button.closest("th"));
    var way = button.getAttribute("data-way") === "down" ? 1 : -1;
    heads.forEach(function (head) {
      head.querySelector("button").removeAttribute("data-way");
      head.removeAttribute("aria-sort");
    });
    button.setAttribute("data-way", way === 1 ? "up" : "down");
    button.closest("th").setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
    var body = owners.querySelector("tbody");
    rows.slice().sort(function (one, other) {
      var a = value(one, column), b = value(other, column);
      if (typeof a === "number" && typeof b === "number") { return way * (a - b); }
      return way * String(a).localeCompare(String(b), "zh");
    }).forEach(function (row) {
      var why = row.nextElementSibling;
      body.appendChild(row);
      body.appendChild(why);
    });
  }

  owners.addEventListener("click", function (event) {
    var opener = event.target.closest("button.open"), sorter = event.target.closest("button.sort");
    if (sorter) { sort(sorter); }
    var row = event.target.closest("tr.row");
    if (!row) { return; }
    opener = opener || row.querySelector("button.open");
    var why = document.getElementById(opener.getAttribute("aria-controls"));
    var open = why.classList.toggle("shown");
    opener.setAttribute("aria-expanded", String(open));
  });
  choices.forEach(function (one) { one.addEventListener("change", filter); });
  search.addEventListener("input", filter);
  document.getElementById("filters").addEventListener("submit", function (event) { event.preventDefault(); });
  language.addEventListener("click", function () { speak(told() === "zh" ? "en" : "zh"); });
  speak("zh");
}());
