# make run, make test: see README.md. Everything is installed into .venv, and only once.

VENV := .venv
BIN := $(VENV)/bin
PYTEST := QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto

.PHONY: help run test test-all coverage lint install extras weights translations screenshots clean

help:
	@echo "make run       install what a door needs and start the kiosk (make run ARGS='--source 0 --fullscreen')"
	@echo "make extras    install what training and evaluation need as well"
	@echo "make test      install everything and run the tests (make test ARGS='-k door')"
	@echo "make test-all  the slow tests as well: they train, kill processes, compare with peers and build the wheel"
	@echo "make coverage  all tests, and how much of the door, people, recognition and store they run"
	@echo "make lint      ruff and mypy"
	@echo "make translations  take new texts of the sources over into assets/translations (ADD=fr adds a language)"
	@echo "make screenshots   pictures of every page and state in build/screenshots (ARGS='people de' for some of them)"
	@echo "make weights   rebuild the shipped weights from their sources and compare (ARGS='--zoo FOLDER' instead of fetching)"
	@echo "make clean     remove the virtual environment"

run: $(VENV)/installed
	@$(BIN)/kiosk run $(ARGS)

test: $(VENV)/installed-for-development
	$(PYTEST) -m "not slow" $(ARGS)

test-all: $(VENV)/installed-for-development
	$(PYTEST) $(ARGS)

coverage: $(VENV)/installed-for-development
	$(PYTEST) --cov=kiosk.door --cov=kiosk.people --cov=kiosk.recognition --cov=kiosk.store --cov-report=term $(ARGS)

lint: $(VENV)/installed-for-development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

weights: $(VENV)/installed-for-development
	$(BIN)/python -m kiosk.training.build $(ARGS)

translations: $(VENV)/installed-for-development
	$(BIN)/python .ci/translations.py $(ADD)

screenshots: $(VENV)/installed-for-development
	$(BIN)/python tests/screenshots.py build/screenshots $(ARGS)

install: $(VENV)/installed

extras: $(VENV)/installed
	@.ci/install $(VENV) '.[evaluation,onnx,training]'

$(VENV)/installed: pyproject.toml .ci/install .ci/debian-packages $(wildcard assets/translations/*.po)
	@.ci/install $(VENV) .
	@touch $@

$(VENV)/installed-for-development: $(VENV)/installed
	@.ci/install $(VENV) '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV)
