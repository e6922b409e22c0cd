# shellcheck shell=sh
# Runs the command of its arguments in this process group, and ends the whole group when the pipe
# on standard input closes. Only the program that started this holds the pipe's other end, so that
# closes however that program ends, SIGKILL included. The first argument is a directory to remove.
directory=$1
shift
exec 3<&0 </dev/null
{
    read -r _ <&3
    rm -rf -- "$directory"
    kill -KILL 0
} >/dev/null 2>&1 &
exec 3<&-
exec "$@"
