import{a,b,c}from"./chunk-72M7XSWX.js";import"./chunk-3X2E4KWN.js";import"./chunk-HN6APEKO.js";export{a as makeSortable,c as setUpOrder,b as setUpOrdered};
