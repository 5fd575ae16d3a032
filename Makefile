# make run, make test: see README.md. Everything is installed into .venv, and only once.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test lint install weights translations screenshots clean

help:
	@echo "make run      install what is missing and start the kiosk (make run ARGS='--source 0 --fullscreen')"
	@echo "make test     install what is missing and run the whole test suite (make test ARGS='-k door')"
	@echo "make lint     ruff and mypy"
	@echo "make translations  take new texts of the sources over into assets/translations (LANGUAGE=fr adds a language)"
	@echo "make screenshots   pictures of every page and state in build/screenshots (ARGS='people de' for some of them)"
	@echo "make weights  rebuild the shipped weights from their sources and compare (ARGS='--zoo FOLDER' instead of fetching)"
	@echo "make clean    remove the virtual environment"

run: $(VENV)/installed
	@$(BIN)/kiosk run $(ARGS)

test: $(VENV)/installed-for-development
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto $(ARGS)

lint: $(VENV)/installed-for-development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

weights: $(VENV)/installed-for-development
	$(BIN)/python -m kiosk.encoders.build $(ARGS)

translations: $(VENV)/installed-for-development
	$(BIN)/python .ci/translations.py $(LANGUAGE)

screenshots: $(VENV)/installed-for-development
	$(BIN)/python tests/screenshots.py build/screenshots $(ARGS)

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml .ci/install .ci/debian-packages $(wildcard assets/translations/*.po)
	@.ci/install $(VENV) '.[onnx]'
	@touch $@

$(VENV)/installed-for-development: $(VENV)/installed
	@.ci/install $(VENV) '.[onnx,dev]'
	@touch $@

clean:
	rm -rf $(VENV)
