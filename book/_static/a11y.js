// The theme's own faults in accessibility, mended until they are mended there.
document.addEventListener("DOMContentLoaded", () => {
  // A visible text and another aria-label contradict each other.
  for (const element of document.querySelectorAll("button.search-button__button, summary[aria-label]"))
    if (element.textContent.trim()) element.removeAttribute("aria-label");
  const sidebar = document.querySelector(".bd-sidebar-primary");
  if (sidebar) {
    sidebar.setAttribute("role", "navigation");
    sidebar.setAttribute("aria-label", "Book");
  }
  // Roles of bibliographies that need children which docutils does not write.
  for (const element of document.querySelectorAll('.citation-list, [role="doc-biblioentry"]'))
    element.removeAttribute("role");
});

// The theme's button that opens a chapter's pages in the sidebar has no name.
document.addEventListener("DOMContentLoaded", () => {
  for (const toggle of document.querySelectorAll("summary:has(> .toctree-toggle)"))
    toggle.setAttribute("aria-label", "Pages of this chapter");
});

// A table that is wider than the page scrolls: by keyboard only if it can have the focus.
window.addEventListener("load", () => {
  for (const region of document.querySelectorAll(".pst-scrollable-table-container"))
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
});
