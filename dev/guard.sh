#!/bin/sh
# Ends process groups when the process that started them has died, however it died: it reads `add GROUP`
# and `drop GROUP` from its standard input and, at the end of that, kills every group added and not dropped.
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    drop) groups=$(printf '%s' "$groups" | sed "s/ $group / /") ;;
  esac
done
for group in $groups; do
  kill -KILL "-$group" 2>/dev/null
done
