@echo off
rem Installs from the folder "wheels" the first time, then opens the menu. Nothing is fetched from a network.
setlocal
cd /d "%~dp0"
set "PYTHONUTF8="
if exist ".venv\ready.txt" goto menu

set "PY="
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PY=py -3"
if not defined PY python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PY=python"
if not defined PY goto nopython

type installing.txt
%PY% -m venv .venv
if errorlevel 1 goto failed
".venv\Scripts\python.exe" -m pip install --disable-pip-version-check --quiet --no-index --find-links wheels "dualcontrol[power]"
if errorlevel 1 goto failed
echo ready> ".venv\ready.txt"

:menu
".venv\Scripts\python.exe" -m dualcontrol.menu
if errorlevel 1 pause
exit /b %errorlevel%

:nopython
type no-python.txt
pause
exit /b 1

:failed
type failed.txt
pause
exit /b 1
