/** For ImageMagick, in the folder that it is started in: the one coder that it is asked for, and the PNG that it writes; no delegates, no lists of files. */
export const policyFile = `<policymap>
  <policy domain="delegate" rights="none" pattern="*" />
  <policy domain="filter" rights="none" pattern="*" />
  <policy domain="path" rights="none" pattern="@*" />
  <policy domain="coder" rights="none" pattern="*" />
  <policy domain="coder" rights="read | write" pattern="{JP2,PNG}" />
</policymap>
`;
