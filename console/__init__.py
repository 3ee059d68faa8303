"""The Streamlit dashboard: `streamlit run console/app.py`."""
